import { GalleryView } from '../../gallery/gallery-view.tsx'

export default function Page() {
  return <GalleryView />
}
