import { useMemo } from 'react'
import { useEvents } from '../api/queries.ts'

const none: readonly unknown[] = []

/** What the present attempt has told of its answer so far. */
export function usePieces(job: string, wanted: boolean): readonly unknown[] {
  const events = useEvents(job, wanted).data
  return useMemo(() => {
    if (!events || !wanted) return none
    const began = events.findLastIndex(({ type }) => type === 'started')
    return events.slice(began + 1).flatMap(event => (event.type === 'chunk' ? [event.value] : []))
  }, [events, wanted])
}
