import type { ModelView } from '@hearth/contract'
import { buttonClass, Chip } from '@hearth/ui'
import Link from 'next/link'
import { useTranslations } from 'use-intl'

/** First visit: what to do, examples that suit the model, what is installed. */
export function EmptyStage({ model, onExample }: { model: ModelView | null; onExample(prompt: string): void }) {
  const t = useTranslations('create')
  if (!model) {
    return (
      <div className="max-w-[420px] text-center">
        <h1>{t('no_model_title')}</h1>
        <p className="mt-1.5 text-muted">{t('no_model_text')}</p>
        <Link href="/models/" className={`${buttonClass('plain')} mt-4`}>
          {t('see_models')}
        </Link>
      </div>
    )
  }
  return (
    <div className="max-w-[460px] text-center">
      <h1>{t('empty_title')}</h1>
      <p className="mt-1.5 text-muted">{t('empty_text')}</p>
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
