import { KeysView } from '../../keys/keys-view.tsx'

export default function Page() {
  return <KeysView />
}
