import { type ErrorReport, toAppError } from '@hearth/contract'
import { useTranslations } from 'use-intl'

/** Anything thrown, as it is shown. What the browser itself ran into is said in the language of the page. */
export function useReport(): (thrown: unknown) => ErrorReport {
  const t = useTranslations('link')
  return thrown => {
    const error = toAppError(thrown)
    // The client wraps the browser's own failure to connect.
    if (error.code === 'unavailable' && error.cause instanceof TypeError) {
      return { code: 'unavailable', message: t('refused'), retryable: true }
    }
    return error.report()
  }
}
