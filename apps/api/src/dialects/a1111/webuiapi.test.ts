import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { type Python, pythonWith } from '@hearth/testing/python'
import { afterAll, beforeAll, expect, it } from 'vitest'

const run = promisify(execFile)
const client = fileURLToPath(new URL('webuiapi-client.py', import.meta.url))

let hearth: TestInstance
let python: Python

beforeAll(async () => {
  python = await pythonWith('webuiapi==0.9.17', 'requests', 'Pillow')
  if (python.python) hearth = await startTestInstance()
}, 300_000)
afterAll(() => hearth?.stop())

it('serves the Python package webuiapi as it is, with a key as password', async ({ skip }) => {
  if (!python.python) return skip(python.missing)
  const { hostname, port } = new URL(hearth.url)
  const { stdout } = await run(python.python, [client, hostname, port, hearth.key], { timeout: 110_000 })
  const found = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')

  expect(found.models).toHaveLength(1)
  expect(found.current).toBe(found.models[0])
  expect(found.samplers).toEqual(expect.arrayContaining(['DDIM', 'DPM++ 2M', 'Euler', 'Euler a', 'UniPC']))
  expect(found.schedulers).toEqual(['automatic', 'karras', 'uniform'])
  expect(found.refreshed).toBeNull()

  expect(found.drawn.sizes).toEqual([
    [128, 128],
    [128, 128],
  ])
  expect(found.drawn.seeds).toEqual([1003, 1004])
  expect(found.drawn.text).toMatch(/^red apple\nNegative prompt: blue\nSteps: 4, Sampler: Euler a, .*Seed: 1003/)
  expect(found.drawn.infotexts[0]).toBe(found.drawn.text)
  expect(found.same).toBe(true)
  expect(found.png_info).toBe(found.drawn.text)

  expect(found.changed).toEqual({ size: [128, 128], strength: 0.6 })
  const inpainted = { size: [128, 128], corner_kept: true, middle_changed: true }
  expect(found.inpainted).toEqual({ area: inpainted, whole: inpainted })
  expect(found.enlarged).toEqual([256, 256])
  expect(found.hires).toEqual([192, 192])

  expect(found.idle).toMatchObject({ progress: 0, state: { job_count: 0 }, current_image: null })
  expect(found.progress).toMatchObject({ current_image: true, state: { job_count: 1, sampling_steps: 150 } })
  expect(found.progress.progress).toBeGreaterThan(0)
  expect(found.interrupted_images).toBe(0)
  expect(found.refused).toEqual([422, expect.stringContaining('tiling')])
}, 120_000)
