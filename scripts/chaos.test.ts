import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { between, seeded } from './chaos/random.ts'

test('ten kills at random moments lose, double and invent nothing', async () => {
  const run = promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'chaos.ts'),
    '--kills',
    '10',
    '--seed',
    '4',
  ])
  const { stdout } = await run.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${error.stdout}\n${error.stderr}`)
  })
  expect(stdout).toMatch(/^violations {2}0$/m)
  expect(stdout).toMatch(/^ended .*succeeded [1-9]/m)
}, 600_000)

test('the same seed chooses the same', () => {
  const draw = (seed: number) => {
    const random = seeded(seed)
    return Array.from({ length: 50 }, () => between(random, 0, 5))
  }
  expect(draw(3)).toEqual(draw(3))
  expect(draw(3)).not.toEqual(draw(4))
  expect(new Set(draw(3)).size).toBe(6)
})
