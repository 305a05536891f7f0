import { ModelsView } from '../../models/models-view.tsx'

export default function Page() {
  return <ModelsView />
}
