/** Main program of an engine process: one model in memory, and its runs. Started by `host.ts` alone. */
import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import {
  AppError,
  type ErrorReport,
  execute,
  type Model,
  type OutputFile,
  type RunContext,
  type Task,
  toAppError,
} from '@hearth/contract'
import { loaders, testLoaders } from '@hearth/registry/loaders'
import { tasks, testTasks } from '@hearth/registry/tasks'
import { type InputFiles, inputFiles } from './input-files.ts'
import type { Answer, FromEngine, Question, ToEngine } from './protocol.ts'

type LoadMessage = Extract<ToEngine, { type: 'load' }>
type RunMessage = Extract<ToEngine, { type: 'run' }>

let model: Model | undefined
let known: readonly Task[] = tasks
let asked = 0
const waiting = new Map<number, (answer: Answer) => void>()
/** What ends each run that is under way. */
const runs = new Map<string, AbortController>()
/** What the runs of each open stream remember. */
const memories = new Map<string, Map<string, unknown>>()
const bare = process.memoryUsage.rss()

function tell(message: FromEngine): void {
  // The worker may be gone; then `disconnect` ends this process.
  if (process.connected) process.send?.(message)
}

/** RAM that the model has added to the process so far, and what its own processes take, in bytes. */
function grown(): number {
  return Math.max(0, process.memoryUsage.rss() - bare) + (model?.bytes?.() ?? 0)
}

/** As told to the worker; what nobody foresaw goes to stderr with its stack. */
function reportOf(thrown: unknown): ErrorReport {
  const error = toAppError(thrown)
  if (error.code === 'internal') console.error(thrown)
  return error.report()
}

async function load({ checkpoint, placement, testFamilies }: LoadMessage): Promise<void> {
  process.title = `hearth-engine ${checkpoint.id}`
  if (testFamilies) known = [...tasks, ...testTasks]
  try {
    const loader = { ...loaders, ...(testFamilies ? testLoaders : {}) }[checkpoint.family]
    if (!loader) throw new AppError('internal', `there is no family ${checkpoint.family}`)
    const { load } = await loader()
    model = await load(checkpoint, placement)
    tell({ type: 'loaded', bytes: grown() })
  } catch (thrown) {
    tell({ type: 'load-failed', error: reportOf(thrown) })
  }
}

async function run(message: RunMessage): Promise<void> {
  const { run, task: id, input } = message
  const began = performance.now()
  const controller = new AbortController()
  const written = inputFiles()
  runs.set(run, controller)
  try {
    const task = known.find(task => task.id === id)
    if (!model || !task) throw new AppError('internal', model ? `there is no task ${id}` : 'no model is loaded')
    const output = await execute(model, task, input, contextOf(message, controller.signal, written))
    tell({ type: 'done', run, output, bytes: grown(), milliseconds: performance.now() - began })
  } catch (thrown) {
    const error = controller.signal.aborted
      ? new AppError('cancelled', 'the run was cancelled').report()
      : reportOf(thrown)
    tell({ type: 'failed', run, error, bytes: grown() })
  } finally {
    runs.delete(run)
    await written.remove()
  }
}

function contextOf({ run, media, stream }: RunMessage, signal: AbortSignal, written: InputFiles): RunContext {
  let furthest = 0
  const located = async (reference: string): Promise<string> => {
    const answer = await ask(run, { kind: 'path', reference })
    if (answer.kind !== 'path') throw refusal(answer)
    return answer.path
  }
  return {
    signal,
    ...(stream === undefined ? {} : { memory: memoryOf(stream) }),
    progress(done, total, message) {
      furthest = Math.max(furthest, done)
      tell({ type: 'progress', run, done: furthest, total, ...(message === undefined ? {} : { message }) })
    },
    preview: (image, mime) => tell({ type: 'preview', run, image, mime }),
    log: (level, message) => tell({ type: 'log', run, level, message }),
    chunk: value => tell({ type: 'chunk', run, value }),
    async read(reference) {
      return media?.get(reference) ?? readFile(await located(reference))
    },
    async path(reference) {
      const given = media?.get(reference)
      return given ? written.write(given) : located(reference)
    },
    async save(file): Promise<OutputFile> {
      signal.throwIfAborted()
      const answer = await ask(run, { kind: 'save', file })
      signal.throwIfAborted()
      if (answer.kind !== 'saved') throw refusal(answer)
      return answer.file
    },
    async ask(noun, question) {
      const answer = await ask(run, { kind: 'ask', noun, question })
      if (answer.kind !== 'told') throw refusal(answer)
      return answer.answer
    },
  }
}

function memoryOf(stream: string): Map<string, unknown> {
  const memory = memories.get(stream) ?? new Map<string, unknown>()
  memories.set(stream, memory)
  return memory
}

function ask(run: string, question: Question): Promise<Answer> {
  asked += 1
  const number = asked
  return new Promise(resolve => {
    waiting.set(number, resolve)
    tell({ type: 'ask', run, ask: number, question })
  })
}

function refusal(answer: Answer): AppError {
  if (answer.kind === 'refused') return AppError.from(answer.error)
  return new AppError('internal', `the worker answered with ${answer.kind}`)
}

/** Ends the process without waiting for native threads, whose destructors have been seen to crash. */
async function end(): Promise<void> {
  await model?.dispose().catch(thrown => console.error(thrown))
  process.exit(0)
}

process.on('message', (message: ToEngine) => {
  if (message.type === 'load') void load(message)
  else if (message.type === 'run') void run(message)
  else if (message.type === 'cancel') runs.get(message.run)?.abort()
  else if (message.type === 'forget') memories.delete(message.stream)
  else if (message.type === 'answer') {
    waiting.get(message.ask)?.(message.answer)
    waiting.delete(message.ask)
  } else void end()
})
process.on('disconnect', () => process.exit(0))
// A Ctrl-C in the terminal reaches the whole group; the worker decides when engines end.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

// A thread ends the process when the worker is gone: the main thread cannot do that while a native call computes, and
// such a call may take minutes or for ever.
const watch = new Worker(
  `const { workerData } = require('node:worker_threads')
  setInterval(() => { if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL') }, 500)`,
  { eval: true, workerData: process.ppid },
)
watch.unref()
