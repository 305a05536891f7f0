import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Checkpoint } from '@hearth/contract'
import { createFiles, type Files } from '@hearth/files'
import type { JobRow } from '@hearth/store'
import { family as echo } from '@hearth/testing/families/echo/family'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commitOutputs, describeJob, type JobRecord, keepFile, placeOf, retractOutputs } from './outputs.ts'

let root: string
let files: Files

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hearth-outputs-'))
  files = createFiles({ roots: { outputs: root, uploads: root } })
})
afterEach(() => rm(root, { recursive: true }))

/** What the database fills in and this test does not look at. */
const unset = {
  model: 'echo',
  family: 'echo',
  lane: 'batch',
  dialect: null,
  state: 'running',
  priority: 'normal',
  fairTag: 1,
  share: 'o',
  text: '',
  output: null,
  outputs: [],
  progress: null,
  error: null,
  engineCrashes: 0,
  lostWorkers: 0,
  workerId: null,
  device: null,
  retryOf: null,
  idempotencyKey: null,
  requestHash: null,
  cancelRequestedAt: null,
  startedAt: null,
  finishedAt: null,
  lastSeq: 0,
} as const satisfies Partial<JobRow>

function record(attempt: number, more: Partial<JobRecord> = {}): JobRecord {
  const row: JobRow = {
    ...unset,
    id: '01a1fe0e-2f5d-7684-84d2-bb7736f40825',
    task: 'echo',
    owner: 'me',
    attempt,
    input: { text: 'x', seed: -1 },
    createdAt: new Date('2026-01-02T03:04:05Z'),
  }
  const checkpoint = echo.builtin?.[0] as Checkpoint
  const times = { startedAt: new Date('2026-01-02T03:04:06Z'), loadSeconds: undefined, runSeconds: 1.5 }
  return { row, checkpoint, device: 'cpu', version: '1.2.3', output: { seed: 42 }, outputs: [], ...times, ...more }
}

async function commit(attempt: number): Promise<void> {
  const { row } = record(attempt)
  const staging = files.stage(placeOf(row), attempt)
  await staging.put({ name: 'a.txt', bytes: Buffer.from(`attempt ${attempt}`), mime: 'text/plain' })
  await commitOutputs(files, staging, record(attempt))
}

const kept = () => readFile(files.outputPath(placeOf(record(1).row), 'a.txt'), 'utf8')

describe('outputs', () => {
  it('of a later attempt replace those of an earlier one', async () => {
    await commit(1)
    await commit(2)
    expect(await kept()).toBe('attempt 2')
  })

  it('of an earlier attempt that comes late change nothing', async () => {
    await commit(2)
    await expect(commit(1)).rejects.toMatchObject({ code: 'conflict' })
    expect(await kept()).toBe('attempt 2')
  })

  it('are taken back by their own attempt alone', async () => {
    await commit(2)
    await retractOutputs(files, record(1).row)
    expect(await kept()).toBe('attempt 2')
    await retractOutputs(files, record(2).row)
    await expect(access(files.outputFolder(placeOf(record(2).row)))).rejects.toThrow('ENOENT')
    await retractOutputs(files, record(2).row)
  })
})

describe('a full disk', () => {
  it('is named, and other trouble is passed on', async () => {
    const failing = (code: string) => ({
      ...files.stage(placeOf(record(1).row), 1),
      put: () => Promise.reject(Object.assign(new Error('write failed'), { code })),
    })
    const file = { name: 'a.txt', bytes: new Uint8Array(1), mime: 'text/plain' }
    await expect(keepFile(failing('ENOSPC'), file)).rejects.toMatchObject({ code: 'insufficient-storage' })
    await expect(keepFile(failing('EIO'), file)).rejects.toThrow('write failed')
  })
})

describe('job.json', () => {
  it('says all it takes to do it again', () => {
    expect(describeJob(record(1, { loadSeconds: 0.5 }))).toMatchObject({
      task: 'echo',
      model: { id: 'echo', family: 'echo', digest: 'builtin', licence: 'Apache-2.0' },
      input: { text: 'x' },
      seed: 42,
      device: 'cpu',
      versions: { hearth: '1.2.3', node: process.versions.node },
      timings: { created_at: '2026-01-02T03:04:05.000Z', load_seconds: 0.5, run_seconds: 1.5 },
    })
  })

  it('takes the seed from the input where the output names none', () => {
    const asked = record(1, { output: null })
    expect(describeJob(asked).seed).toBeUndefined()
    asked.row.input = { seed: 7 }
    expect(describeJob(asked).seed).toBe(7)
  })
})
