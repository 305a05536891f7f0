import { Button, boxClass, Field } from '@hearth/ui'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Mark } from '../frame/mark.tsx'

/** Asks for the kiosk's key, once. */
export function KioskSetup({ refusal, onKey }: { refusal: string | null; onKey(key: string): void }) {
  const t = useTranslations('kiosk')
  const [key, setKey] = useState('')
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (key.trim()) onKey(key.trim())
  }
  return (
    <main className="grid h-dvh place-items-center overflow-auto p-6">
      <form onSubmit={send} className="grid w-full max-w-[420px] gap-4 pb-16">
        <Mark size={28} />
        <div>
          <h1>{t('setup_title')}</h1>
          <p className="mt-1.5 text-muted">{t('setup_text')}</p>
        </div>
        <Field label={t('setup_key')} problem={refusal ? t('setup_refused', { why: refusal }) : null}>
          {({ control, described }) => (
            <div className={`${boxClass} px-3`}>
              <input
                id={control}
                aria-describedby={described}
                type="password"
                autoComplete="off"
                value={key}
                onChange={event => setKey(event.target.value)}
                className="h-10 w-full bg-transparent font-mono text-13 text-bright outline-none max-sm:text-16"
              />
            </div>
          )}
        </Field>
        <Button look="main" size="large" type="submit" disabled={key.trim() === ''}>
          {t('setup_start')}
        </Button>
      </form>
    </main>
  )
}
