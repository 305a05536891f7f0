import type { ErrorReport } from '@hearth/contract'
import { Button, defaultsOf, Fold, isLooking, type LookingPanel, ProblemNote, problemOf, SelectField } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { useTranslations } from 'use-intl'
import { mediaDesk } from '../api/media.ts'
import { useModels, useTask } from '../api/queries.ts'
import { patched } from '../create/draft.ts'
import { ModelPicker } from '../create/model-picker.tsx'
import { usePanels, usePanelTexts } from '../frame/panels.tsx'
import { TextField } from '../frame/text-field.tsx'
import { useReport } from '../frame/use-report.ts'
import { type CameraFields, type CameraView, isMasked, saveCamera } from './cameras-api.ts'
import { SourceField } from './source-field.tsx'

/** Pictures a second that are offered; the api takes any number between. */
const rates = [0.2, 0.5, 1, 2, 5, 10, 15, 30]
const own = ['name', 'source', 'task', 'model', 'fps']

/** A new camera, or another look at one that is there. What was entered stays when it is refused. */
export function CameraDialog(props: { camera: CameraView | null; onClose(): void; onSaved(name: string): void }) {
  const { camera } = props
  const t = useTranslations('cameras')
  const client = useQueryClient()
  const reportOf = useReport()
  const looking = usePanels().all.filter(isLooking)
  const [entered, setEntered] = useState<Partial<CameraFields>>({})
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const [saving, setSaving] = useState(false)
  const panels = looking.filter(panel => panel.look.camera)
  const start = { name: '', source: '', task: panels[0]?.task ?? '', model: null, options: {}, fps: 5, enabled: true }
  const fields: CameraFields = { ...start, ...camera, ...entered }
  const change = (patch: Partial<CameraFields>) => setEntered(before => ({ ...before, ...patch }))
  const save = async () => {
    const { name, source, task, model, options, fps } = fields
    const changed = camera ? entered : { name, source, task, model, options, fps }
    // An address as it was shown has no password: sending it would lose the one that is known.
    const { source: again, ...rest } = changed
    const sameSource = again === undefined || again === camera?.source
    if (!sameSource && isMasked(again)) {
      setProblem({ code: 'invalid-input', message: t('password_again'), path: ['source'], retryable: false })
      return
    }
    setProblem(null)
    setSaving(true)
    try {
      await saveCamera(client, camera?.id ?? null, sameSource ? rest : changed)
      props.onSaved(name)
    } catch (thrown) {
      setProblem(reportOf(thrown))
    } finally {
      setSaving(false)
    }
  }
  const elsewhere = problem !== null && !own.includes(String(problem.path?.[0]))
  return (
    <Modal
      open
      onOpenChange={props.onClose}
      title={camera ? t('edit_title') : t('add_title')}
      actions={
        <>
          <Button onClick={props.onClose}>{t('cancel')}</Button>
          <Button
            look="main"
            disabled={saving || fields.name.trim() === '' || fields.source.trim() === '' || fields.task === ''}
            onClick={() => void save()}
          >
            {t('save')}
          </Button>
        </>
      }
    >
      <div className="grid gap-4 pt-2">
        <TextField
          label={t('name')}
          hint={t('name_hint')}
          value={fields.name}
          onChange={name => change({ name })}
          problem={problemOf(problem, 'name')}
        />
        <SourceField
          value={fields.source}
          onChange={source => change({ source: source.trim() })}
          problem={problemOf(problem, 'source')}
          note={camera && isMasked(camera.source) ? t('source_kept') : t('source_note')}
        />
        <Looking fields={fields} panels={panels} problem={problem} change={change} />
        {elsewhere ? <ProblemNote problem={problem} /> : null}
      </div>
    </Modal>
  )
}

interface LookingProps {
  fields: CameraFields
  panels: readonly LookingPanel[]
  problem: ErrorReport | null
  change(patch: Partial<CameraFields>): void
}

/** What is looked for, with which model, how often. */
function Looking({ fields, panels, problem, change }: LookingProps) {
  const t = useTranslations('cameras')
  const l = useTranslations('look')
  const texts = usePanelTexts()
  const models = useModels()
  const serving = (models.data ?? []).filter(model => model.tasks.includes(fields.task))
  const installed = serving.filter(model => model.state === 'installed')
  const usual = installed.find(model => model.default_for.includes(fields.task)) ?? installed[0]
  const chosen = installed.find(model => model.id === fields.model) ?? usual ?? null
  const panel = panels.find(({ task }) => task === fields.task)
  return (
    <>
      <SelectField
        label={t('task')}
        value={fields.task}
        onChange={task => change({ task, model: null, options: {} })}
        options={panels.map(({ task }) => ({ value: task, label: texts(task)('title') }))}
        problem={problemOf(problem, 'task')}
      />
      <div>
        <ModelPicker
          serving={serving}
          chosen={chosen}
          onChoose={id => change({ model: id === usual?.id ? null : id })}
        />
        {problemOf(problem, 'model') ? <p className="mt-1.5 text-12 text-bad">{problemOf(problem, 'model')}</p> : null}
      </div>
      <SelectField
        label={t('fps')}
        value={String(fields.fps)}
        onChange={fps => change({ fps: Number(fps) })}
        options={[...new Set([...rates, fields.fps])]
          .sort((a, b) => a - b)
          .map(n => ({ value: String(n), label: l('live_fps', { n }) }))}
        problem={problemOf(problem, 'fps')}
      />
      {panel ? (
        <Fold
          name="camera.options"
          label={t('options')}
          summary={panel.chips(fields.options, texts(panel.task)).join(' · ')}
        >
          <Options key={panel.task} panel={panel} fields={fields} problem={problem} change={change} />
        </Fold>
      ) : null}
    </>
  )
}

/** The settings that the task has elsewhere in the studio too. */
function Options({ panel, fields, problem, change }: Omit<LookingProps, 'panels'> & { panel: LookingPanel }) {
  const texts = usePanelTexts()(panel.task)
  const task = useTask(panel.task)
  const models = useModels()
  if (!task.data) return <div className="skeleton h-10" />
  const { properties } = task.data.input
  const model = models.data?.find(({ id }) => id === fields.model) ?? null
  const inside = problem?.path?.[0] === 'options' ? { ...problem, path: problem.path.slice(1) } : problem
  return (
    <Suspense fallback={<div className="skeleton h-10" />}>
      <panel.controls
        values={fields.options}
        change={patch => change({ options: patched({ values: fields.options }, patch).values })}
        fields={properties}
        defaults={defaultsOf(properties, model)}
        model={model}
        media={mediaDesk}
        problem={inside}
        history={[]}
        t={texts}
        autoFocus={false}
      />
    </Suspense>
  )
}
