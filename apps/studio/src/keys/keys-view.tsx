'use client'
import { AppError, toAppError } from '@hearth/contract'
import { Button, Nothing, useUnits } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus, ShieldX } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { useKeys, useSession } from '../api/queries.ts'
import type { KeyView } from '../api/types.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { notify } from '../frame/notices.tsx'
import { Page, PageHead } from '../frame/page-head.tsx'
import { useNow } from '../settings/now.ts'
import { NewKey } from './new-key.tsx'

/** Who may do what here: one key per program. */
export function KeysView() {
  const t = useTranslations('keys')
  const keys = useKeys()
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<KeyView | null>(null)
  const forbidden = keys.error instanceof AppError && keys.error.code === 'forbidden'
  const live = (keys.data ?? []).filter(key => key.revoked_at === null)
  return (
    <Page>
      <div className="max-w-[1120px]">
        <PageHead title={t('title')}>
          {forbidden ? null : (
            <Button look="main" onClick={() => setMaking(true)}>
              <Plus size={16} aria-hidden />
              {t('create')}
            </Button>
          )}
        </PageHead>
        <p className="mb-5 max-w-[620px] text-muted">{t('text')}</p>
        {forbidden ? <Nothing icon={ShieldX} title={t('forbidden_title')} text={t('forbidden_text')} /> : null}
        {keys.error && !forbidden ? <LoadProblem error={keys.error} onRetry={() => void keys.refetch()} /> : null}
        {keys.isPending ? <div className="skeleton h-40" /> : null}
        {keys.data && live.length === 0 ? <Nothing icon={KeyRound} title={t('none')} /> : null}
        {live.length > 0 ? <Table keys={live} onRevoke={setRevoking} /> : null}
      </div>
      {making ? <NewKey onClose={() => setMaking(false)} /> : null}
      {revoking ? <Revoke view={revoking} onClose={() => setRevoking(null)} /> : null}
    </Page>
  )
}

function Table({ keys, onRevoke }: { keys: KeyView[]; onRevoke(key: KeyView): void }) {
  const t = useTranslations('keys')
  const units = useUnits()
  const now = useNow(30_000)
  const session = useSession()
  const head = 'px-3 py-2 text-left text-12 font-normal text-muted'
  const cell = 'px-3 py-[11px]'
  const limits = (key: KeyView) => {
    if (key.rate_generate === null && key.rate_status === null) return t('limit_default')
    const say = (value: number | null) => (value === null ? t('limit_default') : units.number(value))
    return t('limits', { generate: say(key.rate_generate), status: say(key.rate_status) })
  }
  return (
    <table className="w-full border-collapse text-13">
      <thead className="max-sm:hidden">
        <tr className="border-b border-line">
          <th className={head}>{t('col_name')}</th>
          <th className={head}>{t('col_key')}</th>
          <th className={head}>{t('col_scopes')}</th>
          <th className={`${head} max-md:hidden`}>{t('col_limits')}</th>
          <th className={head}>{t('col_used')}</th>
          <td className={head} />
        </tr>
      </thead>
      <tbody>
        {keys.map(key => (
          <tr key={key.id} className="border-b border-line max-sm:grid max-sm:grid-cols-[1fr_auto]">
            <td className={`${cell} font-medium text-bright`}>
              {key.name}
              {key.id === session.data?.key.id ? (
                <span className="ml-2 rounded-full border border-line px-1.5 text-11 font-normal text-muted">
                  {t('this_one')}
                </span>
              ) : null}
            </td>
            <td className={`${cell} font-mono text-12 text-muted`}>{key.prefix}…</td>
            <td className={`${cell} text-muted max-sm:col-span-2 max-sm:pt-0`}>
              {key.scopes.map(scope => t(`scope_${scope}` as 'scope_tasks')).join(', ')}
            </td>
            <td className={`${cell} text-muted max-md:hidden`}>{limits(key)}</td>
            <td className={`${cell} text-muted`} title={key.last_used_at ? units.exact(key.last_used_at) : undefined}>
              {key.last_used_at ? units.ago(key.last_used_at, now) : t('never')}
            </td>
            <td className={`${cell} text-right`}>
              <Button size="small" look="quietDanger" onClick={() => onRevoke(key)}>
                {t('revoke')}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Revoke({ view, onClose }: { view: KeyView; onClose(): void }) {
  const t = useTranslations('keys')
  const client = useQueryClient()
  const revoke = async () => {
    onClose()
    try {
      await request(`/keys/${view.id}`, { method: 'DELETE' })
      notify(t('revoked', { name: view.name }))
    } catch (thrown) {
      notify(toAppError(thrown).message, { seconds: 8 })
    }
    void client.invalidateQueries({ queryKey: cached.keys })
    void client.invalidateQueries({ queryKey: cached.session })
  }
  return (
    <Modal
      open
      onOpenChange={onClose}
      title={t('revoke_title', { name: view.name })}
      text={t('revoke_text')}
      actions={
        <>
          <Button onClick={onClose}>{t('revoke_keep')}</Button>
          <Button look="danger" onClick={() => void revoke()}>
            {t('revoke')}
          </Button>
        </>
      }
    />
  )
}
