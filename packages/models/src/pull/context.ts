import { statfs } from 'node:fs/promises'
import type { LogLevel } from '@hearth/contract'
import { fetchTrusted } from '@hearth/fetch'
import type { ModelsConfig } from '../options.ts'

export type PullConfig = Omit<ModelsConfig, 'defaultModels'>

export interface PullOptions {
  /** Ends the pull; what was fetched stays and is continued by the next one. */
  signal?: AbortSignal
  /** Bytes of all files. Never goes back. */
  progress?(done: number, total: number, message?: string): void
  log?(level: LogLevel, message: string): void
  /** The owner has seen the licence and agrees. */
  acceptLicence?: boolean
}

export interface PullResult {
  model: string
  bytes: number
  /** sha256 over the model's files; see `modelDigest`. */
  digest: string
  seconds: number
}

/** What a pull works with; tests replace parts. */
export interface PullContext {
  config: PullConfig
  fetch: typeof fetchTrusted
  /** Bytes that may still be written to the file system of a folder. */
  freeBytes(dir: string): Promise<number>
  /** Failures in a row, without one byte in between, before a source is given up. */
  attempts: number
  /** Seconds before the first retry; doubled each time. */
  retryDelay: number
}

export function pullContext(config: PullConfig): PullContext {
  return { config, fetch: fetchTrusted, freeBytes: diskFree, attempts: 6, retryDelay: 0.5 }
}

/** Free bytes for ordinary users on the file system of a folder. */
export async function diskFree(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize
}

/** A pull that is under way. */
export interface Pull {
  context: PullContext
  signal: AbortSignal
  log(level: LogLevel, message: string): void
}
