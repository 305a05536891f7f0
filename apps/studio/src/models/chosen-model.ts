import type { ModelView } from '@hearth/contract'

/** Of those that serve a task: the one that is wanted if it is on this machine, else the one that is meant for it. */
export function chosenModel(serving: readonly ModelView[], task: string, wanted?: string): ModelView | null {
  const installed = serving.filter(model => model.state === 'installed')
  return (
    installed.find(model => model.id === wanted) ??
    installed.find(model => model.default_for.includes(task)) ??
    installed[0] ??
    null
  )
}
