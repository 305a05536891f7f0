import { CamerasView } from '../../cameras/cameras-view.tsx'

export default function Page() {
  return <CamerasView />
}
