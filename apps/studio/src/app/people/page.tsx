import { PeopleView } from '../../people/people-view.tsx'

export default function Page() {
  return <PeopleView />
}
