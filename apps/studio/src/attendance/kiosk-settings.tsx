import { AppError, type ErrorReport, toAppError } from '@hearth/contract'
import { Button, Dot, ProblemNote, problemOf, SliderField, Stepper, useUnits } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { CheckLine } from '../frame/check-line.tsx'
import { LoadProblem } from '../frame/load-problem.tsx'
import { notify } from '../frame/notices.tsx'
import { TextField } from '../frame/text-field.tsx'
import { useNow } from '../settings/now.ts'

interface Settings {
  welcome: { en: string; zh: string }
  sound: boolean
  challenge: boolean
  actions: number
  collection: string
  threshold: number | null
  attendance_minutes: number
  webhook: { url: string; private: boolean; signed?: boolean } | null
  deliveries?: { id: string; state: string; attempts: number; created_at: string; error: string | null }[]
}

/** How the kiosks of this owner greet, and whom they tell. */
export function KioskSettings() {
  const t = useTranslations('attendance')
  const settings = useQuery({
    queryKey: cached.kiosk,
    queryFn: ({ signal }) => request<Settings>('/kiosk/settings', { signal }),
  })
  return (
    <section aria-label={t('settings')} className="min-w-0">
      <h2 className="mb-3 text-15">{t('settings')}</h2>
      {settings.error ? <LoadProblem error={settings.error} onRetry={() => void settings.refetch()} /> : null}
      {settings.isPending ? <div className="skeleton h-72" /> : null}
      {settings.data ? <Form key={settings.dataUpdatedAt === 0 ? 0 : 1} saved={settings.data} /> : null}
    </section>
  )
}

function Form({ saved }: { saved: Settings }) {
  const t = useTranslations('attendance')
  const client = useQueryClient()
  const [changes, setChanges] = useState<Partial<Settings>>({})
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const now: Settings = { ...saved, ...changes }
  const change = (patch: Partial<Settings>) => setChanges(before => ({ ...before, ...patch }))
  const send = async (body: object) => {
    setProblem(null)
    try {
      const { webhook_secret, ...answer } = await request<Settings & { webhook_secret: string | null }>(
        '/kiosk/settings',
        {
          method: 'PUT',
          body,
        },
      )
      client.setQueryData(cached.kiosk, answer)
      setChanges({})
      setSecret(webhook_secret)
      notify(t('saved'))
    } catch (thrown) {
      setProblem((thrown instanceof AppError ? thrown : toAppError(thrown)).report())
    }
  }
  const save = () => {
    const { webhook, ...rest } = changes
    void send(
      webhook === undefined ? rest : { ...rest, webhook: webhook && { url: webhook.url, private: webhook.private } },
    )
  }
  const url = now.webhook?.url ?? ''
  return (
    <div className="grid gap-4">
      <TextField
        label={t('welcome_en')}
        hint={t('welcome_hint', { name: '{name}' })}
        value={now.welcome.en}
        onChange={en => change({ welcome: { ...now.welcome, en } })}
      />
      <TextField
        label={t('welcome_zh')}
        value={now.welcome.zh}
        onChange={zh => change({ welcome: { ...now.welcome, zh } })}
      />
      <p className="-mt-2 text-12 text-muted">{t('welcome_note', { name: '{name}' })}</p>
      <TextField
        label={t('collection')}
        value={now.collection}
        onChange={collection => change({ collection })}
        problem={problemOf(problem, 'collection')}
      />
      <CheckLine checked={now.sound} onChange={sound => change({ sound })}>
        {t('sound')}
      </CheckLine>
      <CheckLine checked={now.challenge} onChange={challenge => change({ challenge })}>
        {t('challenge')}
        {now.challenge ? null : <span className="mt-0.5 block text-12 text-warn">{t('challenge_off')}</span>}
      </CheckLine>
      {now.challenge ? (
        <Stepper
          label={t('actions')}
          value={now.actions}
          onChange={actions => change({ actions })}
          min={1}
          max={4}
          step={1}
        />
      ) : null}
      <CheckLine checked={now.threshold !== null} onChange={on => change({ threshold: on ? 0.5 : null })}>
        {t('own_threshold')}
      </CheckLine>
      {now.threshold === null ? null : (
        <SliderField
          label={t('threshold')}
          value={now.threshold}
          onChange={threshold => change({ threshold })}
          min={0}
          max={1}
          step={0.01}
          digits={2}
        />
      )}
      <Stepper
        label={t('minutes')}
        value={now.attendance_minutes}
        onChange={attendance_minutes => change({ attendance_minutes })}
        min={0}
        max={10_080}
        step={1}
      />
      <TextField
        label={t('webhook')}
        hint="https://"
        value={url}
        onChange={next => change({ webhook: next ? { url: next, private: now.webhook?.private ?? false } : null })}
        problem={problemOf(problem, 'webhook')}
      />
      {now.webhook ? (
        <>
          <CheckLine checked={now.webhook.private} onChange={on => change({ webhook: { url, private: on } })}>
            {t('webhook_private')}
          </CheckLine>
          <p className="-mt-2 text-12 text-muted">{t('webhook_note')}</p>
        </>
      ) : null}
      {problem && problem.path === undefined ? <ProblemNote problem={problem} /> : null}
      <div className="flex flex-wrap gap-2">
        <Button look="main" disabled={Object.keys(changes).length === 0} onClick={save}>
          {t('save')}
        </Button>
        {saved.webhook ? <Button onClick={() => void send({ new_secret: true })}>{t('new_secret')}</Button> : null}
      </div>
      <Deliveries deliveries={saved.deliveries ?? []} />
      {secret ? <Secret secret={secret} onClose={() => setSecret(null)} /> : null}
    </div>
  )
}

const tones: Record<string, 'good' | 'warn' | 'bad'> = { delivered: 'good', waiting: 'warn', failed: 'bad' }

function Deliveries({ deliveries }: { deliveries: NonNullable<Settings['deliveries']> }) {
  const t = useTranslations('attendance')
  const units = useUnits()
  const now = useNow(30_000)
  if (deliveries.length === 0) return null
  return (
    <div>
      <h3 className="mb-1.5 text-12 text-muted">{t('deliveries')}</h3>
      <ul className="grid gap-1.5 text-12">
        {deliveries.map(delivery => (
          <li key={delivery.id} className="flex items-baseline gap-2">
            <Dot tone={tones[delivery.state] ?? 'off'} />
            <span className="text-ink">{t(`delivery_${delivery.state}`)}</span>
            <span className="min-w-0 flex-1 truncate text-muted" title={delivery.error ?? undefined}>
              {delivery.error}
            </span>
            <span className="text-muted" title={units.exact(delivery.created_at)}>
              {units.ago(delivery.created_at, now)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Secret({ secret, onClose }: { secret: string; onClose(): void }) {
  const t = useTranslations('attendance')
  return (
    <Modal
      open
      onOpenChange={() => undefined}
      title={t('secret_title')}
      text={t('secret_text')}
      actions={
        <Button look="main" onClick={onClose}>
          {t('secret_done')}
        </Button>
      }
    >
      <code className="mt-4 block rounded-8 border border-line bg-canvas px-3.5 py-3 font-mono text-13 break-all text-bright select-all">
        {secret}
      </code>
    </Modal>
  )
}
