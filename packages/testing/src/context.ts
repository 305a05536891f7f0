import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError, type LogLevel, type NewFile, type OutputFile, type RunContext } from '@hearth/contract'

/** A run context that keeps all it is told in memory. */
export interface FakeContext extends RunContext {
  /** Aborts the run. */
  abort(): void
  readonly steps: readonly { done: number; total: number; message?: string }[]
  readonly previews: readonly { image: Uint8Array; mime: string }[]
  readonly logs: readonly { level: LogLevel; message: string }[]
  readonly chunks: readonly unknown[]
  readonly files: readonly NewFile[]
}

export interface FakeContextOptions {
  /** Bytes behind input references. */
  references?: Record<string, Uint8Array>
  /** Called on each progress, before it is kept. */
  onProgress?(done: number, total: number): void
  /** Answers `ask`, by noun. */
  keepers?: Record<string, (question: unknown) => unknown>
  /** Makes the runs with this context frames of one stream. */
  memory?: Map<string, unknown>
}

export function fakeContext(options: FakeContextOptions = {}): FakeContext {
  const controller = new AbortController()
  const steps: { done: number; total: number; message?: string }[] = []
  const previews: { image: Uint8Array; mime: string }[] = []
  const logs: { level: LogLevel; message: string }[] = []
  const chunks: unknown[] = []
  const files: NewFile[] = []
  return {
    signal: controller.signal,
    abort: () => controller.abort(),
    steps,
    previews,
    logs,
    chunks,
    files,
    progress(done, total, message) {
      options.onProgress?.(done, total)
      steps.push({ done, total, ...(message === undefined ? {} : { message }) })
    },
    preview: (image, mime) => void previews.push({ image, mime }),
    log: (level, message) => void logs.push({ level, message }),
    chunk: value => void chunks.push(value),
    ...(options.memory === undefined ? {} : { memory: options.memory }),
    async ask(noun, question) {
      const keeper = options.keepers?.[noun]
      if (!keeper) throw new AppError('not-found', `the fake context has no keeper of ${noun}`)
      return keeper(question)
    },
    async read(reference) {
      const bytes = options.references?.[reference]
      if (!bytes) throw new AppError('not-found', `the fake context has nothing behind ${reference}`)
      return bytes
    },
    async path(reference) {
      const path = join(inputFolder(), randomUUID())
      await writeFile(path, await this.read(reference))
      return path
    },
    async save(file) {
      controller.signal.throwIfAborted()
      files.push({ ...file, bytes: file.bytes.slice() })
      return describeFile(file)
    },
  }
}

let folder: string | undefined

/** Where inputs lie that a run wants as files; gone when the process ends. */
function inputFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'hearth-fake-input-'))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    folder = made
  }
  return folder
}

function describeFile(file: NewFile): OutputFile {
  const { bytes, ...rest } = file
  return { ...rest, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}
