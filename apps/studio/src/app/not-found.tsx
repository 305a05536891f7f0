import { NotFoundView } from '../frame/not-found-view.tsx'

export default function NotFound() {
  return <NotFoundView />
}
