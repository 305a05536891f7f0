import type { Json, LookingPanel, Values } from '@hearth/ui'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'

/** What a run at once answers. */
export interface Look {
  model: string
  output: unknown
  timings: { engine_ms: number; total_ms: number }
}

/**
 * The settings as they are sent: what the browser narrows down is asked for in full. In one order, whichever was set
 * first: the same settings are the same text.
 */
export function settingsSent(wide: Values, values: Values): Values {
  const settings = Object.entries({ ...values, ...wide })
  return Object.fromEntries(settings.sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** Looks at a picture by itself, and again when something changes that the browser cannot work out. */
export function useLook(panel: LookingPanel, model: string | null, values: Values, ready: boolean) {
  const wanted = JSON.stringify({ input: settingsSent(panel.look.wide, values), model })
  const sent = useSettled(wanted)
  return useQuery({
    queryKey: cached.look(panel.task, sent),
    queryFn: ({ signal }) =>
      request<Look>(`/tasks/${panel.task}/run`, { method: 'POST', body: JSON.parse(sent) as Json, signal }),
    enabled: ready && model !== null && sent === wanted,
    retry: false,
    // The same picture, model and settings: not asked again either after the connection was away.
    staleTime: 'static',
    gcTime: 5 * 60_000,
  })
}

/** A text that has not changed for a moment; the first one at once. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 250)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
