/** Names under which answers are kept. One list, so that nothing is refreshed under a name that nobody reads. */
export const cached = {
  session: ['session'] as const,
  tasks: ['tasks'] as const,
  task: (id: string) => ['task', id] as const,
  models: ['models'] as const,
  system: ['system'] as const,
  keys: ['keys'] as const,
  jobs: ['jobs'] as const,
  jobList: (filter: object) => ['jobs', filter] as const,
  job: (id: string) => ['job', id] as const,
  events: (id: string) => ['events', id] as const,
  look: (task: string, sent: string) => ['look', task, sent] as const,
  fits: ['fit'] as const,
  fit: (task: string, body: object) => ['fit', task, body] as const,
}
