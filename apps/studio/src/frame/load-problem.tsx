import { toAppError } from '@hearth/contract'
import { Button, ProblemNote } from '@hearth/ui'
import { RefreshCw } from 'lucide-react'
import { useTranslations } from 'use-intl'

/** In the place of what did not load: why, and the way to try again. */
export function LoadProblem({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const t = useTranslations('errors')
  return (
    <ProblemNote
      className="max-w-[560px]"
      problem={toAppError(error).report()}
      action={
        <Button size="small" onClick={onRetry}>
          <RefreshCw size={14} aria-hidden />
          {t('retry')}
        </Button>
      }
    />
  )
}
