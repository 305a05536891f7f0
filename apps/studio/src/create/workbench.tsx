import type { ErrorReport, JobView } from '@hearth/contract'
import { defaultsOf, isMaking, type MakingPanel, type Panel } from '@hearth/ui'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { useModels, useTask } from '../api/queries.ts'
import { isTyping } from '../frame/shortcuts.tsx'
import { useReport } from '../frame/use-report.ts'
import { useJobActions } from '../jobs/actions.ts'
import { chosenModel } from '../models/chosen-model.ts'
import { useAddress } from '../settings/address.ts'
import { Controls } from './controls.tsx'
import { useDraft } from './draft.ts'
import { useIncomingPicture } from './incoming-picture.ts'
import { useResults } from './results.ts'
import { Stage } from './stage.tsx'
import { Strip } from './strip.tsx'

export interface WorkbenchProps {
  /** The page that its tabs are of. */
  home: string
  panel: MakingPanel
  panels: Panel[]
  /** What other tabs made is not shown here. */
  apart?: boolean
}

/** Controls at the left, the work at the right, what was made below. */
export function Workbench({ home, panel, panels, apart = false }: WorkbenchProps) {
  const client = useQueryClient()
  const [address, setAddress] = useAddress()
  const actions = useJobActions()
  const reportOf = useReport()
  const state = useDraft(panel.task)
  const { draft } = state
  const task = useTask(panel.task)
  const models = useModels()
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const [busy, setBusy] = useState(false)

  const serving = (models.data ?? []).filter(model => model.tasks.includes(panel.task))
  const chosen = chosenModel(serving, panel.task, draft.model)
  const fields = useMemo(() => task.data?.input.properties ?? {}, [task.data])
  const defaults = useMemo(() => defaultsOf(fields, chosen), [fields, chosen])
  const missing = panel.missing(draft.values)

  const making = apart ? [panel] : panels.filter(isMaking)
  const results = useResults(making.map(candidate => candidate.task))
  const wanted = address.get('job')
  const latest = results.jobs.find(job => job.state === 'running') ?? results.jobs[0]
  const without = models.data !== undefined && chosen === null
  const shown = wanted ?? (without ? null : (latest?.id ?? null))

  const { untouched, change: enter } = state
  useEffect(() => {
    if (untouched && chosen) enter(panel.opening(chosen))
  }, [untouched, chosen, enter, panel])
  const change: typeof state.change = patch => {
    setProblem(null)
    state.change(patch)
  }
  const run = async () => {
    if (missing || busy || !chosen) return
    setBusy(true)
    setProblem(null)
    try {
      const job = await request<JobView>(`/tasks/${panel.task}/jobs`, {
        method: 'POST',
        body: { input: draft.values, model: chosen.id },
        headers: { 'idempotency-key': crypto.randomUUID() },
      })
      client.setQueryData(cached.job(job.id), job)
      state.remember(draft.values)
      setAddress({ job: job.id, picture: null })
      void client.invalidateQueries({ queryKey: cached.jobs })
    } catch (thrown) {
      setProblem(reportOf(thrown))
    } finally {
      setBusy(false)
    }
  }
  useRunKeys(run, () => {
    const job = shown ? client.getQueryData<JobView>(cached.job(shown)) : undefined
    if (job && (job.state === 'running' || job.state === 'queued')) void actions.cancel(job.id)
  })
  const incoming = useIncomingPicture(panel)
  const pick = useCallback(
    (job: string, index: number) => setAddress({ job, picture: index > 0 ? String(index) : null }, 'push'),
    [setAddress],
  )
  return (
    <div
      className="grid h-full grid-cols-[320px_1fr] max-md:grid-cols-1 max-md:grid-rows-[1fr_auto]"
      {...incoming.handlers}
    >
      <Controls
        home={home}
        panel={panel}
        panels={panels}
        state={{ ...state, change }}
        fields={fields}
        ready={task.data !== undefined && models.data !== undefined}
        defaults={defaults}
        serving={serving}
        chosen={chosen}
        problem={problem ?? incoming.problem}
        missing={missing}
        busy={busy}
        onRun={() => void run()}
      />
      <section className="grid min-h-0 min-w-0 grid-rows-[1fr_auto] max-md:order-first">
        <Stage
          key={shown}
          panel={panel}
          panels={making}
          shown={shown}
          index={Number(address.get('picture') ?? 0)}
          settled={results.settled && models.data !== undefined}
          serving={serving}
          model={chosen}
          missing={missing}
          dropping={incoming.over}
          onExample={change}
        />
        <Strip
          results={results.jobs}
          panels={making}
          shown={shown}
          index={Number(address.get('picture') ?? 0)}
          onPick={pick}
        />
      </section>
    </div>
  )
}

/** Ctrl+Enter runs from anywhere, but not while an input method composes; Esc cancels when nothing is open. */
function useRunKeys(run: () => Promise<void>, cancel: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented) return
      const open = document.querySelector('[role="dialog"],[role="listbox"],[role="menu"]') !== null
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !open) {
        event.preventDefault()
        void run()
      }
      if (event.key === 'Escape' && !open) {
        if (isTyping(event.target) && event.target instanceof HTMLElement) event.target.blur()
        cancel()
      }
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  })
}
