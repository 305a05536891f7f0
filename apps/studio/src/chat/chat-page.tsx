'use client'
import { defaultsOf, isTalking, type TalkingPanel, type Translate } from '@hearth/ui'
import { Suspense, useEffect, useMemo } from 'react'
import { useTranslations } from 'use-intl'
import { requestStream } from '../api/client.ts'
import { mediaDesk } from '../api/media.ts'
import { useModels, useSession, useTask } from '../api/queries.ts'
import { useDraft } from '../create/draft.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { notify } from '../frame/notices.tsx'
import { useReport } from '../frame/use-report.ts'
import { useTabs } from '../frame/use-tabs.ts'
import { chosenModel } from '../models/chosen-model.ts'
import { NoModel } from '../models/no-model.tsx'
import { useAddress } from '../settings/address.ts'
import { useVoice } from './use-voice.ts'

/** The page where models are talked to. */
export function ChatPage() {
  const t = useTranslations('nav')
  const c = useTranslations('create')
  const { panel, none } = useTabs('language')
  useEffect(() => {
    document.title = `${t('talk')} · Hearth`
  }, [t])
  if (isTalking(panel)) return <Talk key={panel.task} panel={panel} />
  return none ? <p className="p-8 text-muted">{c('no_model_title')}</p> : null
}

function Talk({ panel }: { panel: TalkingPanel }) {
  const texts = useTranslations('panel')
  const [address, setAddress] = useAddress()
  const state = useDraft(panel.task)
  const task = useTask(panel.task)
  const models = useModels()
  const session = useSession()
  const reportOf = useReport()
  const voice = useVoice()
  // One function as long as the language stays: what is shown does not begin anew with each word that comes.
  const t = useMemo<Translate>(() => (key, values) => texts(`${panel.task}.${key}`, values), [texts, panel.task])
  const fields = useMemo(() => task.data?.input.properties ?? {}, [task.data])

  const error = models.error ?? task.error
  if (error) {
    const retry = () => void Promise.all([models.refetch(), task.refetch()])
    return (
      <div className="p-8">
        <LoadProblem error={error} onRetry={retry} />
      </div>
    )
  }
  if (!task.data || !models.data || !session.data) return <Waiting />
  const serving = models.data.filter(model => model.tasks.includes(panel.task))
  const installed = serving.filter(model => model.state === 'installed')
  const chosen = chosenModel(serving, panel.task, state.draft.model)
  if (!chosen) {
    return (
      <div className="grid h-full place-items-center overflow-y-auto px-4 py-8">
        <NoModel serving={serving} />
      </div>
    )
  }
  return (
    <Suspense fallback={<Waiting />}>
      <panel.talk
        values={state.draft.values}
        change={state.change}
        fields={fields}
        defaults={defaultsOf(fields, chosen)}
        models={installed}
        model={chosen}
        onModel={state.setModel}
        open={(input, signal) =>
          requestStream(`/tasks/${panel.task}/run`, { method: 'POST', body: { input, model: chosen.id }, signal })
        }
        reportOf={reportOf}
        owner={session.data.owner}
        place={address.get('conversation')}
        go={(conversation, how) => setAddress({ conversation }, how)}
        notify={notify}
        media={mediaDesk}
        voice={voice}
        t={t}
      />
    </Suspense>
  )
}

function Waiting() {
  return (
    <div className="grid h-full grid-cols-[260px_1fr] max-md:grid-cols-1">
      <div className="grid content-start gap-2 border-r border-line bg-surface p-3 max-md:hidden">
        <div className="skeleton h-8" />
        <div className="skeleton h-8" />
      </div>
      <div className="mx-auto grid w-full max-w-[784px] content-end px-6 pb-5">
        <div className="skeleton h-[86px]" />
      </div>
    </div>
  )
}
