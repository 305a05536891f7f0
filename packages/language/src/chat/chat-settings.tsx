import { IconButton, PromptBox, type TalkProps } from '@hearth/ui'
import { X } from 'lucide-react'
import { SamplingControls } from './sampling-controls.tsx'
import type { Chat } from './use-chat.ts'

/** What the model is told before everything else, and how it chooses its words. */
export function ChatSettings({ chat, onClose, ...props }: TalkProps & { chat: Chat; onClose(): void }) {
  const { t } = props
  const { values, system } = chat.conversation
  const touched = Object.keys(values)
  const reset = () => chat.change(Object.fromEntries(touched.map(field => [field, undefined])))
  return (
    <aside
      aria-label={t('settings')}
      className="min-h-0 overflow-y-auto border-l border-line bg-surface p-4 max-md:border-l-0"
    >
      <div className="mb-3 flex items-center justify-between">
        <h2>{t('settings')}</h2>
        <IconButton small label={t('close_settings')} onClick={onClose}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      <div className="grid gap-[18px]">
        <PromptBox label={t('system')} value={system} onChange={chat.setSystem} placeholder={t('system_hint')} />
        <SamplingControls
          values={values}
          change={chat.change}
          fields={props.fields}
          defaults={props.defaults}
          model={props.model}
          media={props.media}
          problem={null}
          t={t}
          history={[]}
          autoFocus={false}
        />
        {touched.length > 0 ? (
          <button
            type="button"
            onClick={reset}
            className="justify-self-start rounded-4 py-1 text-12 text-muted hover:text-bright"
          >
            {t('reset')}
          </button>
        ) : null}
        <p className="text-12 text-faint">{chat.path.length > 0 ? t('scope_this') : t('scope_new')}</p>
      </div>
    </aside>
  )
}
