import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFiles } from '@hearth/files'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSpine, type Spine } from './worker-under-test.ts'

let spine: Spine

beforeAll(async () => {
  spine = await openSpine()
  await spine.start({ HEARTH_CANCEL_GRACE: '1', HEARTH_IDLE_TIMEOUT: '60' })
})
afterAll(() => spine?.stop())

async function folder(id: string): Promise<string> {
  const row = await spine.reach(id, 'queued', 'running', 'succeeded', 'failed', 'cancelled')
  const files = createFiles({ roots: { outputs: join(spine.data, 'outputs'), uploads: join(spine.data, 'uploads') } })
  return files.outputFolder({ id, created_at: row.createdAt })
}

describe('a job', () => {
  it('runs in an engine process and leaves its outputs, job.json and events', async () => {
    const id = await spine.echo({ text: 'hello', steps: 3, bytes: 1000 })
    const row = await spine.reach(id, 'succeeded', 'failed')
    expect(row.error).toBeNull()
    expect(row.output).toEqual({ text: 'hello', steps: 3, file: 'echo.txt' })
    expect(row.outputs.map(file => [file.name, file.bytes])).toEqual([
      ['echo.txt', 5],
      ['noise.bin', 1000],
    ])
    const place = await folder(id)
    expect(await readFile(join(place, 'echo.txt'), 'utf8')).toBe('hello')
    const record = JSON.parse(await readFile(join(place, 'job.json'), 'utf8'))
    expect(record).toMatchObject({
      id,
      task: 'echo',
      model: { id: 'echo', family: 'echo', digest: 'builtin' },
      input: { text: 'hello', steps: 3 },
      device: 'cpu',
      attempt: 1,
    })
    expect(record.timings.run_seconds).toBeGreaterThan(0)
    const history = await spine.history(id)
    expect(history.slice(0, 2)).toEqual(['queued', 'started'])
    expect(history.slice(-3)).toEqual(['output', 'output', 'succeeded'])
  })
})
