import {
  type Checkpoint,
  execute,
  type Family,
  type Load,
  type Model,
  type Placement,
  type Task,
} from '@hearth/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeContext, type FakeContextOptions, fakeContext } from './context.ts'

export interface ExecutorCase {
  load: Load
  checkpoint: Checkpoint
  task: Task
  /** Parses; a seed, where the task has one, is set. */
  input: unknown
  /** Same, with at least `stepsAfterAbort + 2` steps. Default: `input`. */
  longInput?: unknown
  /** The family, for its estimate of memory. */
  family: Family
  placement?: Placement
  /** Bytes behind the references in the inputs. */
  references?: Record<string, Uint8Array>
  /** Answers what runs ask, by noun. */
  keepers?: FakeContextOptions['keepers']
  /** Progress that may still come after an abort. */
  stepsAfterAbort?: number
  /** Milliseconds for one run. */
  timeout?: number
}

/** What every executor must keep to, whatever it computes. Run by every family for each task it serves. */
export function executorSuite(name: string, subject: ExecutorCase): void {
  const placement = subject.placement ?? { device: 'cpu', deviceIndex: 0, threads: 1 }
  const timeout = subject.timeout ?? 30_000
  const context = (onProgress?: (done: number) => void) =>
    fakeContext({
      ...(subject.references ? { references: subject.references } : {}),
      ...(subject.keepers ? { keepers: subject.keepers } : {}),
      ...(onProgress ? { onProgress } : {}),
    })
  let model: Model
  let before = 0
  let peak = 0
  const measure = () => {
    peak = Math.max(peak, process.memoryUsage.rss() + (model.bytes?.() ?? 0))
  }

  describe(`executor: ${name}`, () => {
    beforeAll(async () => {
      before = process.memoryUsage.rss()
      model = await subject.load(subject.checkpoint, placement)
      measure()
    }, timeout)
    afterAll(() => model.dispose())

    it('gives an output that parses, and progress that rises to its end', { timeout }, async () => {
      const run = context(measure)
      const output = await execute(model, subject.task, subject.input, run)
      measure()
      expect(subject.task.output.safeParse(output).success).toBe(true)
      expect(run.steps.length).toBeGreaterThan(0)
      run.steps.forEach((step, index) => {
        expect(step.done).toBeGreaterThanOrEqual(run.steps[index - 1]?.done ?? 0)
        expect(step.done).toBeLessThanOrEqual(step.total)
      })
      expect(run.steps.at(-1)?.done).toBe(run.steps.at(-1)?.total)
    })

    it('gives the same answer and the same bytes for the same input', { timeout: 2 * timeout }, async () => {
      const [one, two] = [context(), context()]
      const first = await execute(model, subject.task, subject.input, one)
      const second = await execute(model, subject.task, subject.input, two)
      expect(first).toBeTruthy()
      expect(second).toEqual(first)
      expect(digests(two)).toEqual(digests(one))
    })

    it('stops within its bound after an abort, and saves nothing', { timeout }, async () => {
      const bound = subject.stepsAfterAbort ?? 2
      let seen = 0
      const run = context(() => {
        seen += 1
        if (seen === 1) run.abort()
      })
      await expect(execute(model, subject.task, subject.longInput ?? subject.input, run)).rejects.toThrow()
      expect(seen).toBeGreaterThan(0)
      expect(seen).toBeLessThanOrEqual(1 + bound)
      expect(run.files).toEqual([])
    })

    it('refuses to start when it is aborted already', { timeout }, async () => {
      const run = context()
      run.abort()
      await expect(execute(model, subject.task, subject.input, run)).rejects.toThrow()
      expect(run.steps).toEqual([])
      expect(run.files).toEqual([])
    })

    it('stays under the memory that its family estimates', () => {
      const estimate = subject.family.estimate(subject.checkpoint, subject.input)
      expect(peak).toBeGreaterThan(0)
      expect(peak - before).toBeLessThanOrEqual(estimate)
    })
  })
}

function digests(run: FakeContext): string[] {
  return run.files.map(file => `${file.name} ${file.mime} ${Buffer.from(file.bytes).toString('base64')}`)
}
