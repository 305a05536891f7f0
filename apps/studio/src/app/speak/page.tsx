import { SpeakView } from '../../speak/speak-view.tsx'

export default function Page() {
  return <SpeakView />
}
