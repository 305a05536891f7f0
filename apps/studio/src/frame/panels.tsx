import type { Capability, JobView } from '@hearth/contract'
import { panels, testPanels } from '@hearth/registry/panels'
import type { Panel, Translate } from '@hearth/ui'
import { useQuery } from '@tanstack/react-query'
import { usePathname } from 'next/navigation'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react'
import { IntlProvider, useLocale, useMessages, useTimeZone, useTranslations } from 'use-intl'
import { useTasks } from '../api/queries.ts'
import type { TaskSummary } from '../api/types.ts'
import { capabilityAt } from './places.ts'

interface Panels {
  /** Those that came so far, in the order of their tabs: of the page's capability, and others where they are named. */
  all: Panel[]
  tasks: TaskSummary[]
}
const Context = createContext<Panels>({ all: [], tasks: [] })

/** Tasks that something on the page is about, whatever page it is. */
const named = new Set<string>()
let namedList: readonly string[] = []
const listeners = new Set<() => void>()

function name(tasks: readonly string[]): void {
  const before = named.size
  for (const task of tasks) named.add(task)
  if (named.size === before) return
  namedList = [...named]
  for (const listener of listeners) listener()
}

function useNamed(): readonly string[] {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => namedList,
  )
}

/** Loads the panels that are needed here, of the tasks that this server has, and adds their texts to the studio's. */
export function PanelsProvider({ children, waiting }: { children: ReactNode; waiting: ReactNode }) {
  const tasks = useTasks()
  const also = useNamed()
  const here = capabilityAt(usePathname())
  // Pictures go from every page to where things are made.
  const wanted = (tasks.data ?? []).filter(
    task => task.capability === 'create' || task.capability === here || also.includes(task.id),
  )
  const locale = useLocale()
  const messages = useMessages()
  const timeZone = useTimeZone()
  const loaded = useQuery({
    queryKey: ['panels', wanted.map(task => task.id)],
    queryFn: () => loadPanels(wanted),
    enabled: tasks.data !== undefined,
    placeholderData: before => before,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const all = loaded.data
  const value = useMemo(() => ({ all: all ?? [], tasks: tasks.data ?? [] }), [all, tasks.data])
  const merged = useMemo(() => {
    const own = (all ?? []).map(panel => [panel.task, panel.messages[locale === 'zh' ? 'zh' : 'en']])
    return { ...messages, panel: Object.fromEntries(own) }
  }, [all, messages, locale])
  if (!all && !tasks.error) return waiting
  return (
    <Context value={value}>
      <IntlProvider locale={locale} messages={merged} {...(timeZone ? { timeZone } : {})}>
        {children}
      </IntlProvider>
    </Context>
  )
}

async function loadPanels(tasks: TaskSummary[]): Promise<Panel[]> {
  const known = { ...panels, ...testPanels }
  const loads = tasks.flatMap(task => known[task.id] ?? [])
  const found = await Promise.all(loads.map(load => load()))
  return found.map(module => module.panel).sort((a, b) => a.order - b.order)
}

export const usePanels = () => useContext(Context)

/** The panels of a capability, on whatever page: they come when they are first asked for. */
export function usePanelsOf(capability: Capability): Panel[] {
  const { all, tasks } = usePanels()
  const mine = useMemo(
    () => tasks.filter(task => task.capability === capability).map(task => task.id),
    [tasks, capability],
  )
  useEffect(() => name(mine), [mine])
  return useMemo(() => all.filter(panel => mine.includes(panel.task)), [all, mine])
}

/** Texts of one task's panel. */
export function usePanelTexts(): (task: string) => Translate {
  const t = useTranslations('panel')
  return task => (key, values) => t(`${task}.${key}`, values)
}

export interface TaskNaming {
  panel: Panel | undefined
  /** The task in words. */
  kind: string
  /** The run in words: prompt, file, model. */
  title: string
  chips: string[]
}

/** The names of tasks in words. */
export function useTaskNames(): (task: string) => string {
  const { all, tasks } = usePanels()
  const texts = usePanelTexts()
  useEffect(() => name(tasks.map(task => task.id)), [tasks])
  return id =>
    all.some(panel => panel.task === id) ? texts(id)('title') : (tasks.find(task => task.id === id)?.title ?? id)
}

/** How a job is called. Tasks without a panel are named by their specs. */
export function useNaming(): (job: Pick<JobView, 'task' | 'input'>) => TaskNaming {
  const { all, tasks } = usePanels()
  const texts = usePanelTexts()
  const own = useTranslations('tasks')
  const asked: string[] = []
  useEffect(() => name(asked))
  return job => {
    asked.push(job.task)
    const panel = all.find(candidate => candidate.task === job.task)
    if (panel) {
      const t = texts(job.task)
      const kind = t('title')
      return { panel, kind, title: panel.title(job.input) || kind, chips: panel.chips(job.input, t) }
    }
    const summary = tasks.find(task => task.id === job.task)
    const kind = own.has(job.task) ? own(job.task) : (summary?.title ?? job.task)
    const first = Object.values(job.input).find(value => typeof value === 'string')
    return { panel: undefined, kind, title: typeof first === 'string' ? `${kind}: ${first}` : kind, chips: [] }
  }
}
