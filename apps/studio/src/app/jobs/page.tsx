import { JobsView } from '../../jobs/jobs-view.tsx'

export default function Page() {
  return <JobsView />
}
