import { Button, ProblemNote } from '@hearth/ui'
import { RefreshCw } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { useReport } from './use-report.ts'

/** In the place of what did not load: why, and the way to try again. */
export function LoadProblem({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const t = useTranslations('errors')
  const reportOf = useReport()
  return (
    <ProblemNote
      className="max-w-[560px]"
      problem={reportOf(error)}
      action={
        <Button size="small" onClick={onRetry}>
          <RefreshCw size={14} aria-hidden />
          {t('retry')}
        </Button>
      }
    />
  )
}
