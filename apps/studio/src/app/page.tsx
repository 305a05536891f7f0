import { CreateView } from '../create/create-view.tsx'

export default function Page() {
  return <CreateView />
}
