import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobRow } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSpine, type Spine } from './worker-under-test.ts'

let spine: Spine

beforeAll(async () => {
  spine = await openSpine()
  await spine.start({ HEARTH_MEMORY_GB: '2' })
})
afterAll(() => spine?.stop())

const model = { model: 'starter', family: 'stable-diffusion' }

async function done(id: string): Promise<JobRow> {
  const row = await spine.reach(id, 'succeeded', 'failed')
  if (row.state === 'failed') throw new Error(row.error?.message)
  return row
}

async function bytes(row: JobRow): Promise<Buffer> {
  const name = row.outputs[0]?.name ?? ''
  return readFile(join(spine.data, 'outputs', row.createdAt.toISOString().slice(0, 10), row.id, name))
}

describe('the starter model', () => {
  it('draws a picture in an engine process, and the next one without loading again', async () => {
    const input = { prompt: 'red apple', seed: 7, steps: 4 }
    const first = await done(await spine.submit({ task: 'text-to-image', ...model, input }))
    expect((await bytes(first)).subarray(1, 4).toString()).toBe('PNG')
    expect(first.outputs[0]).toMatchObject({ mime: 'image/png', width: 128, height: 128 })
    const [engine] = await spine.residents()
    const again = await done(await spine.submit({ task: 'text-to-image', ...model, input }))
    expect(await bytes(again)).toEqual(await bytes(first))
    expect((await spine.residents()).map(({ pid }) => pid)).toEqual([engine?.pid])
  })

  it('redraws the output of an earlier job', async () => {
    const drawing = { prompt: 'red apple', seed: 7, steps: 4 }
    const first = await done(await spine.submit({ task: 'text-to-image', ...model, input: drawing }))
    const image = `output:${first.id}/${first.outputs[0]?.name}`
    const input = { prompt: 'green apple', image, strength: 0.6, steps: 4, seed: 3 }
    const second = await done(await spine.submit({ task: 'image-to-image', ...model, input }))
    expect((await bytes(second)).equals(await bytes(first))).toBe(false)
  })

  it('says so when the picture to start from is gone', async () => {
    const input = { prompt: 'x', image: 'upload:there-is-none', steps: 2 }
    const id = await spine.submit({ task: 'image-to-image', ...model, input })
    const row = await spine.reach(id, 'failed', 'succeeded')
    expect(row.error).toMatchObject({ code: 'not-found', message: 'upload:there-is-none is not there any more' })
  })
})
