import { KioskView } from '../../kiosk/kiosk-view.tsx'

export default function Page() {
  return <KioskView />
}
