import { setTimeout as wait } from 'node:timers/promises'
import type { AppError } from '@hearth/contract'
import type { Pull } from './context.ts'

const maxSeconds = 300

/** Waits before the next attempt: as long as the host asks, else longer with each failure in a row. */
export async function pause(failure: AppError, failures: number, pull: Pull): Promise<void> {
  const seconds = Math.min(failure.retryAfter ?? pull.context.retryDelay * 2 ** (failures - 1), maxSeconds)
  pull.log('warn', `${failure.message}; next attempt in ${Number(seconds.toFixed(1))} s`)
  await wait(seconds * 1000, undefined, { signal: pull.signal })
}

/** Seconds of a `retry-after` header, which holds a number or a date. */
export function readRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const seconds = /^\d+$/.test(value.trim()) ? Number(value) : (Date.parse(value) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.max(seconds, 0) : undefined
}
