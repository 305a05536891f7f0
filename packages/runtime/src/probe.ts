import { execFile, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { DeviceKind } from '@hearth/contract'
import type { ProbeResult } from './probe-child.ts'

const child = fileURLToPath(new URL('./probe-child.ts', import.meta.url))
const probeTimeout = 30_000

/**
 * Runs a tiny model on a device, in a process of its own.
 * @param environment of that process.
 * @returns whether it worked, and the cause in one line if it did not; never rejects.
 */
export function probe(kind: DeviceKind, index: number, environment: Record<string, string>): Promise<ProbeResult> {
  return new Promise(resolve => {
    const process = fork(child, [kind, String(index)], {
      env: { NODE_ENV: 'production', ...environment },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let told: ProbeResult | undefined
    let stderr = ''
    let late = false
    const timer = setTimeout(() => {
      late = true
      process.kill('SIGKILL')
    }, probeTimeout)
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    process.on('message', message => {
      told = message as ProbeResult
    })
    process.on('error', error => {
      told ??= { usable: false, reason: error.message }
    })
    process.on('close', (code, signal) => {
      clearTimeout(timer)
      if (late) resolve({ usable: false, reason: `did not answer within ${probeTimeout / 1000} s` })
      else if (!told)
        resolve({ usable: false, reason: `the test process ended with ${signal ?? code}: ${cause(stderr)}` })
      else if (told.usable) resolve(told)
      else resolve({ usable: false, reason: explain(told.reason, stderr) })
    })
  })
}

/** The one line that names the cause, out of what onnxruntime throws and prints. */
export function explain(message: string, stderr: string): string {
  const library = /Failed to load library \S+ with error: (.*)/.exec(stderr)?.[1]
  if (library) {
    const what = library.replace(/^\S*\/(?=[^/\s]+\.so)/, '').trim()
    const own = what.startsWith('libonnxruntime_providers')
    return own ? `onnxruntime was installed without its CUDA files (${what})` : what
  }
  const said = message
    .replace(/^\/onnxruntime_src.* was false\. /s, '')
    .replaceAll('\n', ' ')
    .trim()
  return said.length > 300 ? `${said.slice(0, 300)} ...` : said
}

function cause(stderr: string): string {
  return stderr.trim().split('\n').at(-1)?.slice(0, 300) || 'it said nothing'
}

export interface GraphicsCard {
  index: number
  title: string
  /** Bytes. */
  memory: number
}

/** NVIDIA's cards as its driver lists them; empty with the reason where there is no driver. */
export async function listCards(
  environment: Record<string, string>,
): Promise<{ cards: GraphicsCard[]; reason: string }> {
  try {
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      ['--query-gpu=index,name,memory.total', '--format=csv,noheader,nounits'],
      { env: { NODE_ENV: 'production', ...environment }, timeout: 10_000 },
    )
    return { cards: parseCards(stdout), reason: 'listed by nvidia-smi' }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return { cards: [], reason: missing ? 'nvidia-smi is not installed' : `nvidia-smi failed: ${String(error)}` }
  }
}

/** Reads lines such as `0, NVIDIA H200, 143771` (MiB). */
export function parseCards(csv: string): GraphicsCard[] {
  return csv
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => {
      const [index = '', title = '', memory = ''] = line.split(',').map(cell => cell.trim())
      return { index: Number(index), title, memory: Number(memory) * 2 ** 20 }
    })
    .filter(card => Number.isInteger(card.index) && card.memory > 0)
}
