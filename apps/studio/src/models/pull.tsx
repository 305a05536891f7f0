import { type JobView, type ModelView, toAppError } from '@hearth/contract'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { notify } from '../frame/notices.tsx'

const LicenceDialog = lazy(async () => ({ default: (await import('./licence-dialog.tsx')).LicenceDialog }))

/** Gets a model; asks for its licence first where it has to be accepted. Render `dialog` once. */
export function usePull() {
  const client = useQueryClient()
  const [asked, setAsked] = useState<ModelView | null>(null)

  const send = async (model: ModelView, accepted: boolean) => {
    setAsked(null)
    try {
      const job = await request<JobView>(`/models/${model.id}/pull`, {
        method: 'POST',
        body: { accept_licence: accepted },
      })
      client.setQueryData(cached.job(job.id), job)
    } catch (thrown) {
      const report = toAppError(thrown).report()
      notify([report.message, report.hint].filter(Boolean).join(' '), { seconds: 8 })
    }
    void client.invalidateQueries({ queryKey: cached.jobs })
    void client.invalidateQueries({ queryKey: cached.models })
  }
  const start = (model: ModelView) => {
    if (model.licence.must_accept) setAsked(model)
    else void send(model, false)
  }
  const dialog = asked ? (
    <Suspense fallback={null}>
      <LicenceDialog model={asked} onClose={() => setAsked(null)} onAccept={() => void send(asked, true)} />
    </Suspense>
  ) : null
  return { start, dialog }
}
