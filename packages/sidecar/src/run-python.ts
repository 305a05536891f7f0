import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { childEnvironment } from '@hearth/config'
import { AppError } from '@hearth/contract'

/** What pip is configured with on this machine. */
const pipSettings = [
  'PIP_CONFIG_FILE',
  'PIP_INDEX_URL',
  'PIP_EXTRA_INDEX_URL',
  'PIP_FIND_LINKS',
  'PIP_NO_INDEX',
  'PIP_TRUSTED_HOST',
  'PIP_CERT',
  'PIP_PROXY',
  'PIP_DEFAULT_TIMEOUT',
  'PIP_RETRIES',
  'REQUESTS_CA_BUNDLE',
]
/** Lines that are kept to explain a failure. */
const keptLines = 5

interface RunOptions {
  /** What to do where it fails. */
  hint: string
  environment: Record<string, string>
  onLine?(line: string): void
  signal?: AbortSignal
}

/** Runs a program in Python to its end. @throws AppError `unavailable` with what it said last; `cancelled` after an abort. */
export async function runPython(python: string, args: readonly string[], options: RunOptions): Promise<void> {
  const { hint, environment, onLine, signal } = options
  const env = { NODE_ENV: 'production', ...childEnvironment(pipSettings, environment) } as const
  const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'], env, ...(signal ? { signal } : {}) })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', line => {
      if (line.trim() === '') return
      said.push(line.trim())
      onLine?.(line.trim())
    })
  }
  const failure = await new Promise<string | undefined>(resolve => {
    child.on('error', error => resolve(error.message))
    child.on('close', (code, by) => resolve(code === 0 ? undefined : (by ?? `exit code ${code}`)))
  })
  if (signal?.aborted) throw new AppError('cancelled', 'it was stopped; nothing was changed')
  if (failure === undefined) return
  const errors = said.filter(line => /^error/i.test(line))
  const words = (errors.length > 0 ? errors : said).slice(-keptLines).join(' | ').slice(-800)
  throw new AppError('unavailable', `${python} ${args.slice(0, 3).join(' ')} failed (${failure}): ${words}`, {
    hint,
    retryable: false,
  })
}
