import { type ErrorReport, toAppError } from '@hearth/contract'
import { Button, Chip, ProblemNote, SliderField } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { notify } from '../frame/notices.tsx'
import { CalibrationPlot, pointAt } from './calibration-plot.tsx'
import { type CollectionView, useCalibration, useCollections } from './people-api.ts'

/** How false matches and misses trade against each other, on one's own enrolments; and where the line is drawn. */
export function CalibrationDialog({ onClose }: { onClose(): void }) {
  const t = useTranslations('people')
  const collections = useCollections()
  const [picked, setPicked] = useState<string | null>(null)
  const all = collections.data ?? []
  const current = all.find(collection => collection.name === picked) ?? all[0]
  return (
    <Modal open wide onOpenChange={onClose} title={t('calibrate_title')} text={t('calibrate_text')}>
      <div className="grid gap-4 pt-4">
        {collections.error ? (
          <LoadProblem error={collections.error} onRetry={() => void collections.refetch()} />
        ) : null}
        {all.length > 1 ? (
          <fieldset className="flex flex-wrap gap-2">
            <legend className="sr-only">{t('collection')}</legend>
            {all.map(({ name }) => (
              <Chip key={name} pressed={name === current?.name} onClick={() => setPicked(name)}>
                {name}
              </Chip>
            ))}
          </fieldset>
        ) : null}
        {current ? (
          <Curve key={current.name} collection={current} />
        ) : collections.data ? (
          <p className="text-13 text-muted">{t('calibrate_few')}</p>
        ) : null}
      </div>
    </Modal>
  )
}

function Curve({ collection }: { collection: CollectionView }) {
  const t = useTranslations('people')
  const format = useFormatter()
  const client = useQueryClient()
  const calibration = useCalibration(collection.name)
  const [chosen, setChosen] = useState<number | null>(collection.threshold)
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const { data } = calibration
  const save = async (threshold: number | null) => {
    setProblem(null)
    try {
      const path = `/collections/${encodeURIComponent(collection.name)}`
      await request(path, { method: 'PATCH', body: { threshold } })
      setChosen(threshold)
      notify(t('threshold_saved'))
      await client.invalidateQueries({ queryKey: cached.collections })
    } catch (thrown) {
      setProblem(toAppError(thrown).report())
    }
  }
  if (calibration.error) return <LoadProblem error={calibration.error} onRetry={() => void calibration.refetch()} />
  if (!data) return <div className="skeleton h-64" />
  if (data.pairs.different === 0) return <p className="text-13 text-muted">{t('calibrate_few')}</p>
  const threshold = chosen ?? data.suggested ?? 0.5
  const point = pointAt(data.curve, threshold)
  const share = (value: number | null | undefined) =>
    value == null ? '–' : format.number(value, { style: 'percent', maximumFractionDigits: 2 })
  return (
    <div className="grid gap-4">
      <CalibrationPlot curve={data.curve} threshold={threshold} onThreshold={setChosen} label={t('plot')} />
      <dl className="grid grid-cols-2 gap-3 text-13">
        <Share
          color="var(--find-7)"
          label={t('false_matches')}
          text={t('of_pairs', { share: share(point?.false_match_rate) })}
        />
        <Share
          color="var(--find-2)"
          label={t('misses')}
          text={t('of_pairs', { share: share(point?.false_non_match_rate) })}
        />
      </dl>
      <SliderField
        label={t('threshold')}
        value={threshold}
        onChange={setChosen}
        min={0}
        max={1}
        step={0.01}
        digits={2}
      />
      <p className="text-12 text-muted">{t('pairs', { same: data.pairs.same, different: data.pairs.different })}</p>
      {problem ? <ProblemNote problem={problem} /> : null}
      <div className="flex flex-wrap justify-end gap-2">
        {data.suggested === null ? null : (
          <Button onClick={() => setChosen(data.suggested)}>
            {t('threshold_suggested', { value: data.suggested.toFixed(2) })}
          </Button>
        )}
        <Button disabled={collection.threshold === null} onClick={() => void save(null)}>
          {t('threshold_default')}
        </Button>
        <Button look="main" disabled={threshold === collection.threshold} onClick={() => void save(threshold)}>
          {t('threshold_save')}
        </Button>
      </div>
    </div>
  )
}

function Share({ color, label, text }: { color: string; label: string; text: string }) {
  return (
    <div className="rounded-8 border border-line bg-ground px-3 py-2.5">
      <dt className="flex items-center gap-2 text-12 text-muted">
        <span
          aria-hidden
          className="h-0.5 w-4 rounded-full bg-(--find)"
          style={{ '--find': color } as React.CSSProperties}
        />
        {label}
      </dt>
      <dd className="mt-0.5 text-bright tabular">{text}</dd>
    </div>
  )
}
