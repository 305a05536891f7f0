import { type ErrorReport, toAppError } from '@hearth/contract'
import { useState } from 'react'
import type { MediaDesk } from './panel.ts'

export interface MediaStoring {
  media: MediaDesk
  accepts(file: File): boolean
  /** What is said of other files. */
  refusal: string
  onChange(reference: string): void
}

/** Takes a file among a task's inputs: what is not of its kind, or cannot be stored, is refused in words. */
export function useMediaStore({ media, accepts, refusal, onChange }: MediaStoring) {
  const [storing, setStoring] = useState(false)
  const [refused, setRefused] = useState<ErrorReport | null>(null)
  const take = async (file: File | undefined) => {
    if (!file || !accepts(file)) {
      setRefused({ code: 'unsupported-media', message: refusal, retryable: false })
      return
    }
    setRefused(null)
    setStoring(true)
    try {
      onChange(await media.store(file))
    } catch (thrown) {
      setRefused(toAppError(thrown).report())
    } finally {
      setStoring(false)
    }
  }
  return { storing, refused, take }
}
