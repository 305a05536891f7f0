import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, type Load, perform, type RunContext } from '@hearth/contract'
import { task as echo } from '../../echo/spec.ts'

// 1 x 1 white JPEG.
const picture = Buffer.from(
  '/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==',
  'base64',
)

export const load: Load = async checkpoint => {
  if (checkpoint.id === 'echo-broken') {
    throw new AppError('model-broken', 'echo-broken cannot be loaded', { hint: 'Use the checkpoint echo.' })
  }
  return {
    tasks: {
      [echo.id]: perform(echo, async (input, context) => {
        const given = input.file === undefined ? undefined : Buffer.from(await context.read(input.file))
        const text = given === undefined ? input.text : input.digest ? sha256(given) : given.toString()
        for (let step = 1; step <= input.steps; step++) {
          if (input.step_ms > 0) await wait(input.step_ms, undefined, { signal: context.signal })
          // Lets a cancel in that waits at the door, as the end of a real step does.
          else await wait(0)
          context.signal.throwIfAborted()
          if (step === input.hang_at) {
            context.log('warn', `hanging at step ${step}, as asked`)
            block()
          }
          if (step === input.crash_at) crash(step)
          if (step === input.fail_at) throw new AppError('internal', `echo failed at step ${step}, as asked`)
          if (input.previews) context.preview(picture, 'image/jpeg')
          context.chunk({ step })
          context.progress(step, input.steps)
        }
        const counted = input.count ? { count: countRun(context) } : {}
        if (input.digest) return { text, steps: input.steps, file: '', ...counted }
        const file = await context.save({ name: 'echo.txt', bytes: Buffer.from(text), mime: 'text/plain' })
        if (input.bytes > 0) {
          const bytes = noise(text, input.bytes)
          await context.save({ name: 'noise.bin', bytes, mime: 'application/octet-stream' })
        }
        return { text, steps: input.steps, file: file.name, ...counted }
      }),
    },
    dispose: async () => {},
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Number of this run in its stream; 0 where it stands alone. */
function countRun({ memory }: RunContext): number {
  if (!memory) return 0
  const count = Number(memory.get('count') ?? 0) + 1
  memory.set('count', count)
  return count
}

/** `length` bytes that depend on the text alone. */
function noise(text: string, length: number): Uint8Array {
  const bytes = Buffer.alloc(length)
  for (let block = 0; block * 32 < length; block++) {
    createHash('sha256')
      .update(`${block}:${text}`)
      .digest()
      .copy(bytes, block * 32)
  }
  return bytes
}

/** Stops the event loop for good without burning a core, as a native call that never returns does. */
function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

/** Dies as a native library does: with words on stderr and no exception. */
function crash(step: number): void {
  process.stderr.write(`echo: crashing at step ${step}, as asked\n`)
  process.kill(process.pid, 'SIGSEGV')
}
