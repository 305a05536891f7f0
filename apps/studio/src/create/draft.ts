import type { Json, Values } from '@hearth/ui'
import { useCallback } from 'react'
import { readStored, useStored, writeStored } from '../settings/stored.ts'

/** What somebody is about to run, by task; kept in this browser. */
export interface Draft {
  values: Values
  /** Undefined: the server's choice. */
  model?: string
}
const empty: Draft = { values: {} }
const nothing: Values[] = []

/** The draft with some fields set or, by undefined, back at their defaults. */
export function patched(draft: Draft, patch: { [field: string]: Json | undefined }): Draft {
  const entries = Object.entries({ ...draft.values, ...patch }).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined,
  )
  return { ...draft, values: Object.fromEntries(entries) }
}

export function useDraft(task: string) {
  const [draft, setDraft] = useStored<Draft>(`draft.${task}`, empty)
  const [history, setHistory] = useStored<Values[]>(`history.${task}`, nothing)
  const change = useCallback(
    (patch: { [field: string]: Json | undefined }) => setDraft(before => patched(before, patch)),
    [setDraft],
  )
  return {
    draft,
    /** Nothing was ever entered here in this browser. */
    untouched: draft === empty,
    history,
    change,
    setModel: (model: string) => setDraft(before => ({ ...before, model })),
    /** Everything back at its default but these fields. */
    reset: (keep: readonly string[]) =>
      setDraft(
        (before): Draft => ({
          values: Object.fromEntries(Object.entries(before.values).filter(([field]) => keep.includes(field))),
        }),
      ),
    remember: (values: Values) =>
      setHistory(before =>
        [values, ...before.filter(past => JSON.stringify(past) !== JSON.stringify(values))].slice(0, 30),
      ),
  }
}

/** Writes a draft from another page, before going there. */
export function writeDraft(task: string, change: (before: Draft) => Draft): void {
  writeStored(`draft.${task}`, change(readStored<Draft>(`draft.${task}`) ?? empty))
}
