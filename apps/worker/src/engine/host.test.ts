import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NewFile } from '@hearth/contract'
import { family as echo } from '@hearth/testing/families/echo/family'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isAlive, until } from '../worker-under-test.ts'
import { Engine, EngineCrash, type RunEvents } from './host.ts'

const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const never = new AbortController().signal
let engine: Engine
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-engine-'))
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(() => {
  engine = new Engine({ environment: { PATH: process.env.PATH ?? '' }, testFamilies: true, cancelGrace: 300 })
})
afterEach(() => engine.end())

function checkpoint(id: string) {
  const found = echo.builtin?.find(entry => entry.id === id)
  if (!found) throw new Error(`echo has no checkpoint ${id}`)
  return found
}

function listen(over: Partial<RunEvents> = {}) {
  const steps: number[] = []
  const files: NewFile[] = []
  const events: RunEvents = {
    progress: done => void steps.push(done),
    preview: () => undefined,
    log: () => undefined,
    async save(file) {
      files.push(file)
      return { name: file.name, mime: file.mime, bytes: file.bytes.length, sha256: '' }
    },
    path: async () => join(folder, 'input'),
    ask: async () => undefined,
    ...over,
  }
  return { steps, files, events }
}

const request = (input: Record<string, unknown>, run = 'run-1') => ({ run, task: 'echo', input })

describe('an engine', () => {
  it('loads, runs, and runs again', async () => {
    await engine.load(checkpoint('echo'), placement, never)
    expect(engine.bytes).toBeGreaterThan(0)
    const one = listen()
    const { output } = await engine.run(request({ text: 'hi', steps: 3 }), one.events, never)
    expect(output).toEqual({ text: 'hi', steps: 3, file: 'echo.txt' })
    expect(one.steps).toEqual([1, 2, 3])
    expect(Buffer.from(one.files[0]?.bytes ?? []).toString()).toBe('hi')
    const two = listen()
    await engine.run(request({ text: 'ho' }, 'run-2'), two.events, never)
    expect(Buffer.from(two.files[0]?.bytes ?? []).toString()).toBe('ho')
  })

  it('does several runs at once, each with its own events, and ends one of them alone', async () => {
    await engine.load(checkpoint('echo'), placement, never)
    const controller = new AbortController()
    const pieces: unknown[] = []
    const ended = listen({ chunk: value => void (pieces.push(value) === 2 && controller.abort()) })
    const [one, two, three] = [listen(), listen(), ended]
    const outcomes = await Promise.allSettled([
      engine.run(request({ text: 'one', steps: 20, step_ms: 5 }, 'run-1'), one.events, never),
      engine.run(request({ text: 'two', steps: 3 }, 'run-2'), two.events, never),
      engine.run(request({ text: 'three', steps: 1000, step_ms: 5 }, 'run-3'), three.events, controller.signal),
    ])
    expect(outcomes).toMatchObject([
      { value: { output: { text: 'one', steps: 20 } } },
      { value: { output: { text: 'two', steps: 3 } } },
      { reason: { code: 'cancelled' } },
    ])
    expect([one.steps.length, two.steps]).toEqual([20, [1, 2, 3]])
    expect(pieces.slice(0, 2)).toEqual([{ step: 1 }, { step: 2 }])
  })

  it('takes all its runs along when it dies', async () => {
    await engine.load(checkpoint('echo'), placement, never)
    const outcomes = await Promise.allSettled([
      engine.run(request({ text: 'x', steps: 1000, step_ms: 5 }, 'run-1'), listen().events, never),
      engine.run(request({ text: 'x', steps: 1000, step_ms: 5, crash_at: 2 }, 'run-2'), listen().events, never),
    ])
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.any(EngineCrash) })
  })

  it('passes on why a model cannot be loaded', async () => {
    const loading = engine.load(checkpoint('echo-broken'), placement, never)
    await expect(loading).rejects.toMatchObject({ code: 'model-broken', hint: 'Use the checkpoint echo.' })
  })

  it('passes on what the input lacks, and why a file could not be kept', async () => {
    await engine.load(checkpoint('echo'), placement, never)
    const bad = engine.run(request({ text: '' }), listen().events, never)
    await expect(bad).rejects.toMatchObject({ code: 'invalid-input', path: ['text'] })
    const full = listen({ save: () => Promise.reject(new Error('the disk is full')) })
    await expect(engine.run(request({ text: 'x' }), full.events, never)).rejects.toThrow('the disk is full')
  })

  it('ends a run between two steps, and keeps nothing that comes later', async () => {
    await engine.load(checkpoint('echo'), placement, never)
    const controller = new AbortController()
    const heard = listen({ progress: done => void (done === 2 && controller.abort()) })
    const run = engine.run(request({ text: 'x', steps: 500, step_ms: 20 }), heard.events, controller.signal)
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect(heard.files).toEqual([])
    expect(await engine.run(request({ text: 'y' }, 'run-2'), listen().events, never)).toMatchObject({
      output: { text: 'y' },
    })
  })

  it('keeps nothing of a run that was aborted while it saved', async () => {
    await engine.load(checkpoint('echo'), placement, never)
    const controller = new AbortController()
    const heard = listen({
      save: async file => {
        controller.abort()
        return { name: file.name, mime: file.mime, bytes: 0, sha256: '' }
      },
    })
    const run = engine.run(request({ text: 'x', bytes: 10 }), heard.events, controller.signal)
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('is killed when it does not answer a cancel', async () => {
    await engine.load(checkpoint('echo'), placement, never)
    const controller = new AbortController()
    const heard = listen({ log: () => controller.abort() })
    const run = engine.run(request({ text: 'x', hang_at: 2 }), heard.events, controller.signal)
    await expect(run).rejects.toBeInstanceOf(EngineCrash)
    expect((await engine.exited).signal).toBe('SIGKILL')
  })

  it('tells how it died, and what it said last', async () => {
    await engine.load(checkpoint('echo'), placement, never)
    const run = engine.run(request({ text: 'x', crash_at: 1 }), listen().events, never)
    await expect(run).rejects.toThrow('ended with SIGSEGV; it said last: echo: crashing at step 1, as asked')
    await expect(engine.run(request({ text: 'x' }), listen().events, never)).rejects.toBeInstanceOf(EngineCrash)
  })

  it('is killed by an abort while it loads', async () => {
    const controller = new AbortController()
    const loading = engine.load(checkpoint('echo'), placement, controller.signal)
    controller.abort()
    await expect(loading).rejects.toBeInstanceOf(EngineCrash)
  })

  it('ends when it is told to, and only then', async () => {
    await engine.load(checkpoint('echo'), placement, never)
    const pid = engine.pid ?? 0
    process.kill(pid, 'SIGTERM')
    expect(await engine.run(request({ text: 'still here' }), listen().events, never)).toMatchObject({
      output: { steps: 4 },
    })
    await engine.end()
    await until(
      'it is gone',
      () => isAlive(pid),
      alive => !alive,
    )
    expect((await engine.exited).code).toBe(0)
  })

  it('reads the files behind references itself', async () => {
    await writeFile(join(folder, 'input'), 'bytes')
    await engine.load(checkpoint('echo'), placement, never)
    const asked: string[] = []
    const heard = listen({
      path: async reference => {
        asked.push(reference)
        return join(folder, 'input')
      },
    })
    const input = { text: 'x', file: 'upload:aaaaaaaa' }
    expect(await engine.run(request(input), heard.events, never)).toMatchObject({ output: { text: 'bytes' } })
    expect(asked).toEqual(['upload:aaaaaaaa'])
  })
})
