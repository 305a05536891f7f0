import type { ErrorReport, ModelView } from '@hearth/contract'
import {
  Button,
  buttonClass,
  Chip,
  type ControlsProps,
  classNames,
  type Fields,
  IconButton,
  Kbd,
  type MakingPanel,
  type Panel,
  ProblemNote,
  type Values,
} from '@hearth/ui'
import { SlidersHorizontal } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { mediaDesk } from '../api/media.ts'
import { Kinds } from '../frame/kinds.tsx'
import { usePanelTexts } from '../frame/panels.tsx'
import type { Draft } from './draft.ts'
import { FitLine } from './fit-line.tsx'
import { ModelPicker } from './model-picker.tsx'
import { StarterNotice } from './starter-notice.tsx'

export interface ControlsState {
  draft: Draft
  history: readonly Values[]
  change: ControlsProps['change']
  setModel(model: string): void
  reset(keep: readonly string[]): void
}

export interface WorkbenchControls {
  /** The page that its tabs are of. */
  home: string
  panel: MakingPanel
  panels: Panel[]
  state: ControlsState
  fields: Fields
  ready: boolean
  defaults: Values
  serving: ModelView[]
  chosen: ModelView | null
  problem: ErrorReport | null
  /** Key of what has to be entered first. */
  missing: string | null
  busy: boolean
  onRun(): void
}

/** Beside the work on a wide screen; below it, as a sheet that opens, on a narrow one. */
export function Controls(props: WorkbenchControls) {
  const { home, panel, panels, state, fields, ready, defaults, chosen, problem } = props
  const t = useTranslations('create')
  const texts = usePanelTexts()(panel.task)
  const [open, setOpen] = useState(false)
  const own: ControlsProps = {
    values: state.draft.values,
    change: state.change,
    fields,
    defaults,
    model: chosen,
    media: mediaDesk,
    problem,
    t: texts,
    history: state.history,
    autoFocus: window.matchMedia('(min-width: 56.25rem)').matches,
  }
  const settings = open ? '' : 'max-md:hidden'
  return (
    <aside
      className={classNames(
        'grid min-h-0 grid-rows-[1fr_auto] border-r border-line bg-surface max-md:max-h-[78dvh] max-md:rounded-t-16 max-md:border-t max-md:border-r-0 max-md:shadow-card',
      )}
    >
      <div className="grid min-h-0 grid-cols-1 content-start gap-[18px] overflow-y-auto p-4 max-md:gap-3 max-md:pt-2 max-md:pb-2">
        <button
          type="button"
          className="mx-auto -my-1 grid h-5 w-16 place-items-center md:hidden"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <span className="h-1 w-9 rounded-full bg-line-strong" />
          <span className="sr-only">{open ? t('fewer_settings') : t('more_settings')}</span>
        </button>
        <div className={settings}>
          <Kinds home={home} panels={panels} current={panel.task} />
        </div>
        {ready ? <panel.lead {...own} /> : <Waiting />}
        <Summary {...props} open={open} onOpen={() => setOpen(!open)} />
        <div className={classNames('grid grid-cols-1 gap-[18px]', settings)}>
          {ready ? (
            <>
              <ModelPicker serving={props.serving} chosen={chosen} onChoose={state.setModel} />
              <StarterNotice chosen={chosen} serving={props.serving} />
              <panel.controls {...own} />
              {Object.keys(state.draft.values).some(field => !panel.keeps.includes(field)) ? (
                <button
                  type="button"
                  onClick={() => state.reset(panel.keeps)}
                  className="-my-1 justify-self-start rounded-4 py-1 text-12 text-muted hover:text-bright"
                >
                  {t('reset')}
                </button>
              ) : null}
            </>
          ) : null}
        </div>
      </div>
      <RunBar
        {...props}
        onRun={() => {
          setOpen(false)
          props.onRun()
        }}
      />
    </aside>
  )
}

/** On a narrow screen: what is set, in a few words. */
function Summary({
  panel,
  state,
  defaults,
  chosen,
  open,
  onOpen,
}: WorkbenchControls & { open: boolean; onOpen(): void }) {
  const t = useTranslations('create')
  const texts = usePanelTexts()(panel.task)
  if (open) return null
  const chips = panel.chips({ ...defaults, ...state.draft.values }, texts)
  return (
    <div className="flex items-center gap-2 overflow-x-auto md:hidden">
      {chosen ? (
        <Chip pressed onClick={onOpen}>
          {chosen.title}
        </Chip>
      ) : null}
      {chips.map(chip => (
        <Chip key={chip} onClick={onOpen}>
          {chip}
        </Chip>
      ))}
      <span className="flex-1" />
      <IconButton label={t('more_settings')} onClick={onOpen}>
        <SlidersHorizontal size={16} aria-hidden />
      </IconButton>
    </div>
  )
}

function RunBar({ panel, state, chosen, problem, missing, busy, ready, onRun, defaults }: WorkbenchControls) {
  const t = useTranslations('create')
  const e = useTranslations('errors')
  const texts = usePanelTexts()(panel.task)
  // A refusal that names a field is shown beside that field.
  const general =
    problem && !(problem.path?.[0] !== undefined && String(problem.path[0]) in { ...defaults, ...state.draft.values })
      ? problem
      : null
  return (
    <div className="grid gap-2 border-t border-line px-4 pt-3 pb-3.5 max-md:border-t-0 max-md:pt-0 max-md:pb-[max(16px,env(safe-area-inset-bottom))]">
      {general ? (
        <ProblemNote
          problem={general}
          action={
            general.code === 'model-not-installed' ? (
              <Link href="/models/" className={buttonClass('plain', 'small')}>
                {e('pull')}
              </Link>
            ) : null
          }
        />
      ) : null}
      <Button look="main" size="large" disabled={!ready || missing !== null || busy || !chosen} onClick={onRun}>
        {busy ? t('starting') : texts('action')}
        <span className="max-md:hidden">
          <Kbd>Ctrl ↵</Kbd>
        </span>
      </Button>
      <FitLine
        task={panel.task}
        values={state.draft.values}
        model={chosen?.id ?? null}
        missing={missing ? texts(missing) : null}
      />
    </div>
  )
}

function Waiting() {
  return (
    <div className="grid gap-[18px]">
      <div className="skeleton h-[142px]" />
      <div className="skeleton h-[58px] max-md:hidden" />
      <div className="skeleton h-[34px] max-md:hidden" />
      <div className="skeleton h-5 max-md:hidden" />
    </div>
  )
}
