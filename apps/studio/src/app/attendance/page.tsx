import { AttendanceView } from '../../attendance/attendance-view.tsx'

export default function Page() {
  return <AttendanceView />
}
