import type { Capability, FitView, JobView, ModelView, WorkerView } from '@hearth/contract'
import type { Fields } from '@hearth/ui'

/** Who is signed in, and what that key may do. */
export interface SessionView {
  owner: string
  key: { id: string; name: string; scopes: string[] }
}

export interface TaskSummary {
  id: string
  title: string
  summary: string
  capability: Capability
  lanes: string[]
}

export interface TaskView extends TaskSummary {
  input: { properties: Fields; required?: string[] }
  models: ModelView[]
}

export interface JobPage {
  jobs: JobView[]
  next_cursor: string | null
}

export interface TaskFit extends FitView {
  model: string
}

export interface SystemView {
  version: string
  workers: WorkerView[]
  disk: { free_bytes: number; total_bytes: number }
  queue: { queued: number; running: number }
}

export interface KeyView {
  id: string
  name: string
  prefix: string
  owner: string
  scopes: string[]
  rate_generate: number | null
  rate_status: number | null
  created_at: string
  last_used_at: string | null
  revoked_at: string | null
}
