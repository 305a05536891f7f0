import type { ModelView } from '@hearth/contract'
import { Chip, type MakingPanel } from '@hearth/ui'
import { useTranslations } from 'use-intl'
import { usePanelTexts } from '../frame/panels.tsx'
import { NoModel } from '../models/no-model.tsx'

export interface EmptyStageProps {
  panel: MakingPanel
  serving: readonly ModelView[]
  model: ModelView | null
  /** Key of what has to be entered first. */
  missing: string | null
  onExample(prompt: string): void
}

/** First visit: what to do, examples that suit the model, what is installed or can be had. */
export function EmptyStage({ panel, serving, model, missing, onExample }: EmptyStageProps) {
  const t = useTranslations('create')
  const texts = usePanelTexts()(panel.task)
  if (!model) return <NoModel serving={serving} />
  return (
    <div className="max-w-[460px] text-center">
      {panel.accepts ? (
        <h1>{texts(missing ?? 'title')}</h1>
      ) : (
        <>
          <h1>{t('empty_title')}</h1>
          <p className="mt-1.5 text-muted">{t('empty_text')}</p>
        </>
      )}
      {model.example_prompts.length > 0 ? (
        <>
          <p className="mt-6 mb-2.5 text-12 text-muted">{t('examples')}</p>
          <div className="flex flex-wrap justify-center gap-2">
            {model.example_prompts.slice(0, 4).map(prompt => (
              <Chip key={prompt} onClick={() => onExample(prompt)} className="h-8 px-3.5 text-13">
                {prompt}
              </Chip>
            ))}
          </div>
        </>
      ) : null}
      <p className="mt-6 text-12 text-faint">{t('installed', { names: model.title })}</p>
    </div>
  )
}
