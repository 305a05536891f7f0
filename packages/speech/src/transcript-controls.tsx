import {
  type ControlsProps,
  Fold,
  numberOf,
  PromptBox,
  problemOf,
  rangeOf,
  SelectField,
  Stepper,
  textOf,
  useUnits,
} from '@hearth/ui'
import { SoundInput } from '@hearth/ui/sound'
import { whisperLanguages } from './transcript/language-names.ts'

/** What is listened to. */
export function SoundLead({ values, change, media, problem, t }: ControlsProps) {
  return (
    <SoundInput
      label={t('sound')}
      value={textOf(values, 'audio') || null}
      onChange={reference => change({ audio: reference ?? undefined })}
      media={media}
      problem={problemOf(problem, 'audio')}
    />
  )
}

const unknown = 'heard'

export function TranscriptControls(props: ControlsProps) {
  const { values, defaults, change, fields, problem, t } = props
  const all = { ...defaults, ...values }
  return (
    <>
      <LanguageField {...props} />
      <Check
        label={t('words')}
        hint={t('words_hint')}
        checked={all.word_timestamps === true}
        onChange={checked => change({ word_timestamps: checked || undefined })}
      />
      <Fold name="listening" label={t('more')}>
        <PromptBox
          rows={2}
          label={t('prompt')}
          value={textOf(values, 'prompt')}
          placeholder={t('prompt_hint')}
          onChange={prompt => change({ prompt: prompt || undefined })}
          problem={problemOf(problem, 'prompt')}
        />
        <Check
          label={t('vad')}
          hint={t('vad_hint')}
          checked={all.vad_filter !== false}
          onChange={checked => change({ vad_filter: checked ? undefined : false })}
        />
        <Stepper
          label={t('beam')}
          value={numberOf(all, 'beam_size') ?? 5}
          onChange={beam_size => change({ beam_size })}
          {...rangeOf(fields, 'beam_size')}
        />
      </Fold>
    </>
  )
}

/** Those that the model understands, where it says so. */
function LanguageField({ values, change, model, problem, t }: ControlsProps) {
  const units = useUnits()
  const own = model?.languages ?? []
  const codes = own.length > 0 ? own : whisperLanguages
  const options = codes
    .map(value => ({ value, label: units.language(value) }))
    .sort((a, b) => a.label.localeCompare(b.label))
  return (
    <SelectField
      label={t('language')}
      value={textOf(values, 'language') || unknown}
      onChange={value => change({ language: value === unknown ? undefined : value })}
      options={[{ value: unknown, label: t('language_heard') }, ...options]}
      problem={problemOf(problem, 'language')}
    />
  )
}

function Check(props: { label: string; hint: string; checked: boolean; onChange(checked: boolean): void }) {
  return (
    <label className="flex cursor-pointer items-start gap-2.5">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={event => props.onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-ember"
      />
      <span>
        <span className="block text-13 text-ink">{props.label}</span>
        <span className="block text-12 text-muted">{props.hint}</span>
      </span>
    </label>
  )
}
