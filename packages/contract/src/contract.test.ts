import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  AppError,
  defineTask,
  execute,
  jobEvent,
  type Model,
  mediaInput,
  parseInput,
  perform,
  type RunContext,
  toAppError,
} from './index.ts'

const shout = defineTask({
  id: 'shout',
  title: 'Shout',
  summary: 'Says it louder.',
  capability: 'system',
  lanes: ['batch'],
  input: z.object({
    text: z.string().min(1),
    times: z.int().min(1).default(1),
    picture: mediaInput('image', 'a picture').optional(),
  }),
  output: z.object({ text: z.string() }),
  examples: [{ title: 'Once', input: { text: 'hey' } }],
})

function context(signal = new AbortController().signal): RunContext {
  const unexpected = () => {
    throw new Error('not expected here')
  }
  return {
    signal,
    progress: unexpected,
    preview: unexpected,
    log: unexpected,
    read: unexpected,
    path: unexpected,
    save: unexpected,
    chunk: unexpected,
    ask: unexpected,
  }
}

const model = (text: (input: { text: string; times: number }) => string): Model => ({
  tasks: { shout: perform(shout, async input => ({ text: text(input) })) },
  dispose: async () => undefined,
})

describe('execute', () => {
  it('parses the input, runs, parses the output', async () => {
    const louder = model(({ text, times }) => text.toUpperCase().repeat(times))
    expect(await execute(louder, shout, { text: 'hey', times: 2 }, context())).toEqual({ text: 'HEYHEY' })
    expect(await execute(louder, shout, { text: 'hey' }, context())).toEqual({ text: 'HEY' })
  })

  it('refuses bad input before anything runs', async () => {
    const never = model(() => {
      throw new Error('ran')
    })
    await expect(execute(never, shout, { text: '' }, context())).rejects.toMatchObject({
      code: 'invalid-input',
      path: ['text'],
    })
  })

  it('refuses an output that breaks the promise', async () => {
    const broken: Model = { tasks: { shout: async () => ({ text: 7 }) }, dispose: async () => undefined }
    await expect(execute(broken, shout, { text: 'a' }, context())).rejects.toMatchObject({ code: 'internal' })
  })

  it('gives nothing after an abort', async () => {
    const abort = new AbortController()
    const late = model(() => {
      abort.abort(new AppError('cancelled', 'The job was cancelled.'))
      return 'too late'
    })
    await expect(execute(late, shout, { text: 'a' }, context(abort.signal))).rejects.toMatchObject({
      code: 'cancelled',
    })
  })

  it('says which task a model does not serve', async () => {
    await expect(execute({ tasks: {}, dispose: async () => undefined }, shout, {}, context())).rejects.toThrow(/shout/)
  })
})

describe('parseInput', () => {
  it('names every bad field and where to read about them', () => {
    try {
      parseInput(shout, { times: 0 })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(AppError)
      const { message, hint, path, status } = error as AppError
      expect(message).toMatch(/text: .*; times: /)
      expect(hint).toContain('/api/v1/tasks/shout')
      expect(path).toEqual(['text'])
      expect(status).toBe(422)
    }
  })

  it('takes only references where media is expected', () => {
    const parse = (picture: string) => parseInput(shout, { text: 'a', picture })
    expect(parse('upload:abcdefgh').picture).toBe('upload:abcdefgh')
    expect(parse('output:0199aaaa-1/image-0.png').picture).toBe('output:0199aaaa-1/image-0.png')
    for (const bad of [
      '/etc/passwd',
      'upload:../../x',
      'output:0199aaaa-1/../x',
      'file:///etc/passwd',
      'http://x/y.png',
    ]) {
      expect(() => parse(bad), bad).toThrow(/picture/)
    }
  })
})

describe('AppError', () => {
  it('crosses processes without its cause', () => {
    const error = new AppError('device-busy', 'The device is busy.', {
      hint: 'Try again.',
      retryAfter: 3,
      cause: new Error('secret'),
    })
    const report = error.report()
    expect(JSON.stringify(report)).not.toContain('secret')
    expect(report).toMatchObject({ retryable: true, retry_after: 3 })
    expect(AppError.from(report).report()).toEqual(report)
  })

  it('takes in what was thrown elsewhere', () => {
    const cause = new TypeError('x is not a function')
    const error = toAppError(cause)
    expect(error.code).toBe('internal')
    expect(error.cause).toBe(cause)
    expect(toAppError(error)).toBe(error)
    expect(toAppError('text').message).toBe('text')
  })
})

it('an event says whose it is and what number it has', () => {
  const stamp = { job: '0199', owner: 'o', seq: 3, at: '2026-01-01T00:00:00.000Z' }
  expect(jobEvent.parse({ ...stamp, type: 'progress', done: 1, total: 4 })).toMatchObject({ done: 1 })
  expect(() => jobEvent.parse({ ...stamp, type: 'exploded' })).toThrow()
  expect(() => jobEvent.parse({ ...stamp, seq: 1.5, type: 'succeeded' })).toThrow()
})
