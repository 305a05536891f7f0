import { Checkbox } from '@base-ui/react/checkbox'
import { type ErrorReport, toAppError } from '@hearth/contract'
import { Button, boxClass, Field, ProblemNote, problemOf } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { useQueryClient } from '@tanstack/react-query'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import type { KeyView } from '../api/types.ts'

const scopes = ['tasks', 'models', 'admin', 'kiosk'] as const

/** Makes a key and shows it this once. */
export function NewKey({ onClose }: { onClose(): void }) {
  const t = useTranslations('keys')
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [granted, setGranted] = useState<ReadonlySet<string>>(new Set(['tasks']))
  const [generate, setGenerate] = useState('')
  const [status, setStatus] = useState('')
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const [made, setMade] = useState<string | null>(null)
  const make = async () => {
    setProblem(null)
    try {
      const body = {
        name: name.trim(),
        scopes: scopes.filter(scope => granted.has(scope)),
        ...(generate ? { rate_generate: Number(generate) } : {}),
        ...(status ? { rate_status: Number(status) } : {}),
      }
      const answer = await request<{ key: KeyView; secret: string }>('/keys', { method: 'POST', body })
      setMade(answer.secret)
      void client.invalidateQueries({ queryKey: cached.keys })
    } catch (thrown) {
      setProblem(toAppError(thrown).report())
    }
  }
  if (made !== null) return <Made secret={made} onClose={onClose} />
  const toggle = (scope: string, on: boolean) =>
    setGranted(new Set(on ? [...granted, scope] : [...granted].filter(kept => kept !== scope)))
  return (
    <Modal
      open
      onOpenChange={onClose}
      title={t('new_title')}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="main" disabled={name.trim() === '' || granted.size === 0} onClick={() => void make()}>
            {t('make')}
          </Button>
        </>
      }
    >
      <div className="grid gap-4 pt-2">
        <TextField
          label={t('name')}
          hint={t('name_hint')}
          value={name}
          onChange={setName}
          problem={problemOf(problem, 'name')}
        />
        <fieldset>
          <legend className="mb-2 text-12 text-muted">{t('scopes')}</legend>
          <div className="grid gap-2">
            {scopes.map(scope => (
              // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is the control
              <label key={scope} className="flex cursor-pointer items-center gap-2.5 text-13 text-ink">
                <Checkbox.Root
                  checked={granted.has(scope)}
                  onCheckedChange={on => toggle(scope, on)}
                  className="grid size-4 place-items-center rounded-4 border border-line-strong bg-ground data-checked:border-ember data-checked:bg-ember"
                >
                  <Checkbox.Indicator className="text-on-ember">
                    <Check size={12} strokeWidth={3} aria-hidden />
                  </Checkbox.Indicator>
                </Checkbox.Root>
                {t(`scope_${scope}`)}
              </label>
            ))}
          </div>
        </fieldset>
        <div className="grid grid-cols-2 gap-2.5">
          <TextField
            digits
            label={t('rate_generate')}
            hint={t('as_configured')}
            value={generate}
            onChange={setGenerate}
            problem={problemOf(problem, 'rate_generate')}
          />
          <TextField
            digits
            label={t('rate_status')}
            hint={t('as_configured')}
            value={status}
            onChange={setStatus}
            problem={problemOf(problem, 'rate_status')}
          />
        </div>
        {problem && problem.path === undefined ? <ProblemNote problem={problem} /> : null}
      </div>
    </Modal>
  )
}

interface TextFieldProps {
  label: string
  hint: string
  value: string
  onChange(value: string): void
  problem: string | null
  digits?: boolean
}

function TextField({ label, hint, value, onChange, problem, digits }: TextFieldProps) {
  return (
    <Field label={label} problem={problem}>
      {({ control, described }) => (
        <div className={`${boxClass} px-3`}>
          <input
            id={control}
            aria-describedby={described}
            value={value}
            placeholder={hint}
            autoComplete="off"
            inputMode={digits ? 'numeric' : 'text'}
            onChange={event => onChange(digits ? event.target.value.replace(/\D/g, '') : event.target.value)}
            className="h-[34px] w-full bg-transparent text-ink outline-none placeholder:text-faint max-sm:text-16"
          />
        </div>
      )}
    </Field>
  )
}

function Made({ secret, onClose }: { secret: string; onClose(): void }) {
  const t = useTranslations('keys')
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(secret)
    setCopied(true)
  }
  return (
    <Modal
      open
      // Only the button closes it: a key that was not copied is lost.
      onOpenChange={() => undefined}
      title={t('made_title')}
      text={t('made_text')}
      actions={
        <>
          <Button onClick={() => void copy()}>
            {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
            {copied ? t('copied') : t('copy')}
          </Button>
          <Button look="main" onClick={onClose}>
            {t('made_done')}
          </Button>
        </>
      }
    >
      <code className="mt-4 block rounded-8 border border-line bg-canvas px-3.5 py-3 font-mono text-13 break-all text-bright select-all">
        {secret}
      </code>
    </Modal>
  )
}
