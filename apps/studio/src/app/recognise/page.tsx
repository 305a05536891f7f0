import { LookView } from '../../look/look-view.tsx'

export default function Page() {
  return <LookView capability="recognise" />
}
