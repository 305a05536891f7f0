'use client'
import type { ModelView } from '@hearth/contract'
import { toAppError } from '@hearth/contract'
import { Button, Nothing, useUnits } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { PackageSearch } from 'lucide-react'
import { type ReactNode, useCallback, useState } from 'react'
import { useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { useModels, useSystem } from '../api/queries.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { notify } from '../frame/notices.tsx'
import { Page, PageHead } from '../frame/page-head.tsx'
import { SearchField } from '../frame/search-field.tsx'
import { useAddress } from '../settings/address.ts'
import { ModelRow } from './model-row.tsx'
import { usePull } from './pull.tsx'

/** What is on this machine, what can be had, and what it costs in disk. */
export function ModelsView() {
  const t = useTranslations('models')
  const units = useUnits()
  const [address, setAddress] = useAddress()
  const models = useModels()
  const system = useSystem()
  const pull = usePull()
  const [removing, setRemoving] = useState<ModelView | null>(null)
  const text = address.get('q') ?? ''
  const search = useCallback((q: string) => setAddress({ q }), [setAddress])
  // Models without files are Hearth's own means, nothing to look after.
  const all = (models.data ?? []).filter(model => model.origin !== 'builtin')
  const wanted = all.filter(model => matches(model, text))
  const here = wanted.filter(model => model.state === 'installed' || model.state === 'broken')
  const elsewhere = wanted.filter(model => model.state === 'available' || model.state === 'pulling')
  const used = all.filter(model => model.state === 'installed').reduce((sum, model) => sum + model.bytes, 0)
  const free = system.data?.disk.free_bytes ?? null
  const note = models.data && free !== null ? t('summary', { used: units.bytes(used), free: units.bytes(free) }) : null
  const row = (model: ModelView) => (
    <ModelRow
      key={model.id}
      model={model}
      free={free}
      residents={system.data?.workers.flatMap(worker => worker.residents) ?? []}
      open={address.get('model') === model.id}
      onToggle={() => setAddress({ model: address.get('model') === model.id ? null : model.id })}
      onGet={() => pull.start(model)}
      onRemove={() => setRemoving(model)}
    />
  )
  return (
    <Page>
      <PageHead title={t('title')} note={note}>
        <SearchField label={t('search')} value={text} onChange={search} />
      </PageHead>
      {models.error ? <LoadProblem error={models.error} onRetry={() => void models.refetch()} /> : null}
      {models.isPending ? <div className="skeleton h-72" /> : null}
      {models.data && wanted.length === 0 ? (
        <Nothing
          icon={PackageSearch}
          title={t('none_title')}
          text={t('none_text')}
          action={<Button onClick={() => setAddress({ q: null })}>{t('none_action')}</Button>}
        />
      ) : null}
      {wanted.length > 0 ? (
        <Table>
          {here.map(row)}
          {elsewhere.map(row)}
        </Table>
      ) : null}
      <p className="mt-6 text-12 text-muted">{t('folder_hint')}</p>
      {pull.dialog}
      {removing ? <RemoveDialog model={removing} onClose={() => setRemoving(null)} /> : null}
    </Page>
  )
}

function matches(model: ModelView, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const about = [model.id, model.title, model.description, model.licence.id, ...model.aliases].join(' ').toLowerCase()
  return words.every(word => about.includes(word))
}

function Table({ children }: { children: ReactNode }) {
  const t = useTranslations('models')
  const head = 'px-3 py-2 text-left text-12 font-normal text-muted'
  return (
    <table className="w-full border-collapse text-13">
      <thead className="max-sm:hidden">
        <tr className="border-b border-line">
          <th className={head}>{t('col_model')}</th>
          <th className={`${head} max-md:hidden`}>{t('col_does')}</th>
          <th className={`${head} max-lg:hidden`}>{t('col_licence')}</th>
          <th className={`${head} text-right`}>{t('col_size')}</th>
          <th className={`${head} w-[290px]`}>{t('col_state')}</th>
        </tr>
      </thead>
      {children}
    </table>
  )
}

function RemoveDialog({ model, onClose }: { model: ModelView; onClose(): void }) {
  const t = useTranslations('models')
  const units = useUnits()
  const client = useQueryClient()
  const remove = async () => {
    onClose()
    try {
      await request(`/models/${model.id}`, { method: 'DELETE' })
      notify(t('removed', { name: model.title }))
    } catch (thrown) {
      const report = toAppError(thrown).report()
      notify([report.message, report.hint].filter(Boolean).join(' '), { seconds: 8 })
    }
    void client.invalidateQueries({ queryKey: cached.models })
    void client.invalidateQueries({ queryKey: cached.system })
  }
  return (
    <Modal
      open
      onOpenChange={onClose}
      title={t('remove_title', { name: model.title })}
      text={t('remove_text', { size: units.bytes(model.bytes) })}
      actions={
        <>
          <Button onClick={onClose}>{t('remove_keep')}</Button>
          <Button look="danger" onClick={() => void remove()}>
            {t('remove')}
          </Button>
        </>
      }
    />
  )
}
