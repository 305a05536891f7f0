import type { ErrorReport } from '@hearth/contract'
import { Button, boxClass, Field, ProblemNote } from '@hearth/ui'
import { useQueryClient } from '@tanstack/react-query'
import { Link2Off, RefreshCw, Unplug } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import type { SessionView } from '../api/types.ts'
import { Mark } from '../frame/mark.tsx'
import { useReport } from '../frame/use-report.ts'

export interface SignInProps {
  reason: 'signed-out' | 'used-link' | 'unreachable'
  onSignedIn(): void
  onRetry(): void
}

/** The way in: a link, or a key. Says what is wrong with a link that did not work. */
export function SignIn({ reason, onSignedIn, onRetry }: SignInProps) {
  const t = useTranslations('sign_in')
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="w-full max-w-[380px] pb-16">
        <Heading reason={reason} />
        {reason === 'unreachable' ? (
          <Button className="mt-5" onClick={onRetry}>
            <RefreshCw size={16} aria-hidden />
            {t('retry')}
          </Button>
        ) : (
          <KeyForm onSignedIn={onSignedIn} autoFocus={reason === 'signed-out'} />
        )}
      </div>
    </main>
  )
}

function Heading({ reason }: { reason: SignInProps['reason'] }) {
  const t = useTranslations('sign_in')
  const texts = {
    'signed-out': { title: t('title'), text: t('text'), icon: <Mark size={28} /> },
    'used-link': {
      title: t('used_title'),
      text: t('used_text'),
      icon: <Link2Off size={26} className="text-warn" aria-hidden />,
    },
    unreachable: {
      title: t('unreachable_title'),
      text: t('unreachable_text'),
      icon: <Unplug size={26} className="text-warn" aria-hidden />,
    },
  }[reason]
  return (
    <>
      {texts.icon}
      <h1 className="mt-4">{texts.title}</h1>
      <p className="mt-1.5 text-muted">{texts.text}</p>
    </>
  )
}

function KeyForm({ onSignedIn, autoFocus }: { onSignedIn(): void; autoFocus: boolean }) {
  const t = useTranslations('sign_in')
  const client = useQueryClient()
  const reportOf = useReport()
  const [key, setKey] = useState('')
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<ErrorReport | null>(null)
  const send = async (event: FormEvent) => {
    event.preventDefault()
    if (key.trim() === '') return
    setBusy(true)
    setRefused(null)
    try {
      const view = await request<SessionView>('/session', { method: 'POST', body: { key: key.trim() } })
      client.setQueryData(cached.session, view)
      onSignedIn()
    } catch (thrown) {
      setRefused(reportOf(thrown))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={send} className="mt-6 grid gap-3">
      <Field label={t('key')}>
        {({ control }) => (
          <div className={`${boxClass} px-3`}>
            <input
              id={control}
              // biome-ignore lint/a11y/noAutofocus: the only field of the page
              autoFocus={autoFocus}
              type="password"
              autoComplete="current-password"
              placeholder={t('key_hint')}
              value={key}
              onChange={event => setKey(event.target.value)}
              className="h-10 w-full bg-transparent font-mono text-13 text-bright outline-none placeholder:text-faint max-sm:text-16"
            />
          </div>
        )}
      </Field>
      <Button look="main" size="large" type="submit" disabled={busy || key.trim() === ''}>
        {busy ? t('working') : t('action')}
      </Button>
      {refused ? <ProblemNote problem={refused} /> : null}
      <div className="mt-4 border-t border-line pt-4 text-12 text-muted">
        <p>
          <span className="text-ink">{t('lost_link')}</span> {t('lost_link_text')}
        </p>
        <code className="mt-2 block overflow-x-auto rounded-6 border border-line bg-canvas px-3 py-2 font-mono text-12 text-ink">
          npm run hearth -- status --link
        </code>
      </div>
    </form>
  )
}
