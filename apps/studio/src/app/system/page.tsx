import { SystemView } from '../../system/system-view.tsx'

export default function Page() {
  return <SystemView />
}
