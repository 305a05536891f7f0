import type { ModelView } from '@hearth/contract'
import { Button, IconButton, Meter, numberOf, useUnits } from '@hearth/ui'
import { Download, X } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { usePull } from '../models/pull.tsx'
import { useStored } from '../settings/stored.ts'

/** Says honestly what a starter model can do, and gets a real one with one click. */
export function StarterNotice({ chosen, serving }: { chosen: ModelView | null; serving: ModelView[] }) {
  const t = useTranslations('create')
  const units = useUnits()
  const pull = usePull()
  const [hidden, setHidden] = useStored('starter.hidden', false)
  // What is no larger is hardly better.
  const others = serving.filter(
    model =>
      !model.starter && model.state !== 'installed' && model.sources.length > 0 && model.bytes > (chosen?.bytes ?? 0),
  )
  const pulling = others.find(model => model.state === 'pulling')
  const better =
    pulling ??
    [...others].sort((a, b) => Number(a.licence.must_accept) - Number(b.licence.must_accept) || a.bytes - b.bytes)[0]
  if (!chosen?.starter || !better || (hidden && !pulling)) return null
  const side = numberOf(chosen.defaults, 'width')
  return (
    <div className="rounded-8 border border-line bg-ground px-3 py-2.5">
      <div className="flex items-center justify-between">
        <h2 className="text-12">{t('starter_title')}</h2>
        {pulling ? null : (
          <IconButton small label={t('starter_hide')} onClick={() => setHidden(true)}>
            <X size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      {pulling ? (
        <div className="mt-1.5 grid gap-1.5 text-12 text-muted">
          <span>{t('starter_pulling', { name: pulling.title })}</span>
          <div className="flex items-center gap-3">
            <Meter
              value={pulling.pulled ? pulling.pulled.done / Math.max(1, pulling.pulled.total) : null}
              label={t('starter_pulling', { name: pulling.title })}
            />
            {pulling.pulled ? (
              <span className="tabular">{units.bytesOf(pulling.pulled.done, pulling.pulled.total)}</span>
            ) : null}
          </div>
        </div>
      ) : (
        <>
          <p className="text-12 text-muted">{side ? t('starter_text', { side }) : chosen.description}</p>
          <Button size="small" className="mt-2 max-w-full" onClick={() => pull.start(better)}>
            <Download size={14} aria-hidden />
            <span className="truncate">
              {t('starter_get', { name: better.title, size: units.bytes(better.bytes) })}
            </span>
          </Button>
        </>
      )}
      {pull.dialog}
    </div>
  )
}
