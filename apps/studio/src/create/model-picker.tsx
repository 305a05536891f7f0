import type { ModelView } from '@hearth/contract'
import { Dot, numberOf, SelectField } from '@hearth/ui'
import Link from 'next/link'
import { useTranslations } from 'use-intl'
import { useSystem } from '../api/queries.ts'

/** Installed models that serve the task; each says its size and whether it is in memory. */
export function ModelPicker({
  serving,
  chosen,
  onChoose,
}: {
  serving: ModelView[]
  chosen: ModelView | null
  onChoose(id: string): void
}) {
  const t = useTranslations('create')
  const system = useSystem()
  const residents = new Set(system.data?.workers.flatMap(worker => worker.residents.map(resident => resident.model)))
  const manage = (
    <Link href="/models/" className="rounded-4 text-12 text-muted hover:text-bright">
      {t('manage')}
    </Link>
  )
  if (!chosen) {
    return (
      <div>
        <div className="mb-1.5 flex justify-between text-12 text-muted">
          {t('model')}
          {manage}
        </div>
        <div className="rounded-8 border border-dashed border-line px-3 py-2.5">
          <p className="text-bright">{t('no_model_title')}</p>
          <p className="text-12 text-muted">{t('no_model_text')}</p>
        </div>
      </div>
    )
  }
  const detail = (model: ModelView) => {
    const side = numberOf(model.defaults, 'width')
    return [
      side ? t('side', { n: side }) : null,
      model.starter ? t('starter') : null,
      residents.has(model.id) ? t('loaded') : t('not_loaded'),
    ]
      .filter(Boolean)
      .join(' · ')
  }
  return (
    <SelectField
      tall
      label={t('model')}
      aside={manage}
      value={chosen.id}
      onChange={onChoose}
      options={serving
        .filter(model => model.state === 'installed')
        .map(model => ({
          value: model.id,
          label: model.title,
          detail: detail(model),
          sign: <Dot tone={residents.has(model.id) ? 'good' : 'off'} />,
        }))}
    />
  )
}
