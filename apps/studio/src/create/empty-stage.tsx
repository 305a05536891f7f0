import type { ModelView } from '@hearth/contract'
import { Chip, type MakingPanel, type Values } from '@hearth/ui'
import { useTranslations } from 'use-intl'
import { usePanelTexts } from '../frame/panels.tsx'
import { NoModel } from '../models/no-model.tsx'

export interface EmptyStageProps {
  panel: MakingPanel
  serving: readonly ModelView[]
  model: ModelView | null
  /** Key of what has to be entered first. */
  missing: string | null
  onExample(values: Values): void
}

/** First visit: what to do, examples that suit the model, what is installed or can be had. */
export function EmptyStage({ panel, serving, model, missing, onExample }: EmptyStageProps) {
  const t = useTranslations('create')
  const texts = usePanelTexts()(panel.task)
  const own = useTranslations('panel').has(`${panel.task}.empty_title`)
  if (!model) return <NoModel serving={serving} />
  const examples = panel.examples?.of(model) ?? model.example_prompts
  const field = panel.examples?.field ?? 'prompt'
  return (
    <div className="max-w-[460px] text-center">
      {panel.accepts ? (
        <h1>{texts(missing ?? 'title')}</h1>
      ) : (
        <>
          <h1>{own ? texts('empty_title') : t('empty_title')}</h1>
          <p className="mt-1.5 text-muted">{own ? texts('empty_text') : t('empty_text')}</p>
        </>
      )}
      {examples.length > 0 ? (
        <>
          <p className="mt-6 mb-2.5 text-12 text-muted">{t('examples')}</p>
          <div className="flex flex-wrap justify-center gap-2">
            {examples.slice(0, 4).map(prompt => (
              <Chip
                key={prompt}
                onClick={() => onExample({ [field]: prompt })}
                className="h-8 max-w-full px-3.5 text-13"
              >
                <span className="truncate">{prompt}</span>
              </Chip>
            ))}
          </div>
        </>
      ) : null}
      <p className="mt-6 text-12 text-faint">{t('installed', { names: model.title })}</p>
    </div>
  )
}
