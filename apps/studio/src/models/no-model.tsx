import type { ModelView } from '@hearth/contract'
import { Button, buttonClass, Meter, useUnits } from '@hearth/ui'
import { Download } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'use-intl'
import { usePull } from './pull.tsx'

/** Nothing here can do this yet: what can be had, and getting it. */
export function NoModel({ serving }: { serving: readonly ModelView[] }) {
  const t = useTranslations('create')
  const units = useUnits()
  const pull = usePull()
  const offered = serving
    .filter(model => model.sources.length > 0 && model.state !== 'installed')
    .sort((a, b) => Number(a.licence.must_accept) - Number(b.licence.must_accept) || a.bytes - b.bytes)
    .slice(0, 3)
  return (
    <div className="w-full max-w-[440px] text-center">
      <h1>{t('no_model_title')}</h1>
      <p className="mt-1.5 text-muted">{offered.length > 0 ? t('no_model_text') : t('no_model_none')}</p>
      <ul className="mt-5 grid gap-2 text-left">
        {offered.map(model => (
          <li key={model.id} className="rounded-10 border border-line bg-surface px-4 py-3">
            <p className="text-bright">{model.title}</p>
            <p className="text-12 text-muted">{model.description}</p>
            <p className="mt-0.5 text-12 text-faint">{model.licence.id}</p>
            {model.state === 'pulling' ? (
              <div className="mt-2 flex items-center gap-3 text-12 text-muted tabular">
                <Meter
                  label={t('starter_pulling', { name: model.title })}
                  value={model.pulled ? model.pulled.done / Math.max(1, model.pulled.total) : null}
                />
                {model.pulled
                  ? units.bytesOf(model.pulled.done, model.pulled.total)
                  : t('starter_pulling', { name: model.title })}
              </div>
            ) : (
              <Button size="small" className="mt-2" onClick={() => pull.start(model)}>
                <Download size={14} aria-hidden />
                {t('starter_get', { name: model.title, size: units.bytes(model.bytes) })}
              </Button>
            )}
            <p className="mt-2 text-12 text-muted">
              {t.rich('no_model_command', {
                command: `hearth pull ${model.id}`,
                code: chunks => <code className="font-mono text-ink">{chunks}</code>,
              })}
            </p>
          </li>
        ))}
      </ul>
      <Link href="/models/" className={`${buttonClass('quiet')} mt-4`}>
        {t('see_models')}
      </Link>
      {pull.dialog}
    </div>
  )
}
