import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, loadConfig } from '@hearth/config'
import { createFiles, readSecret } from '@hearth/files'
import { events, jobs, keys, owners, runs, type Store, settings, uploads } from '@hearth/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withStore } from '../local-store.ts'
import { readBackup } from './read.ts'
import { writeBackup } from './write.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hearth-backup-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const picture = Buffer.from([0, 1, 254, 255])
const configOf = (name: string): Config => loadConfig({ HEARTH_DATA: join(dir, name) })

/** An installation with something of everything. */
async function furnish(config: Config, store: Store) {
  const files = createFiles(config)
  const owner = await owners.first(store, { name: 'Owner' })
  const { secret } = await keys.create(store, { owner: owner.id, name: 'first', scopes: ['tasks'] })
  const input = { text: 'a "quoted" text\tand ünïcödé \u2028', huge: 12345678901234 }
  const { job } = await jobs.create(store, { owner: owner.id, task: 'echo', model: 'echo', family: 'echo', input })
  const at = { id: job.id, attempt: 1 }
  await jobs.claim(store, { ...at, workerId: 'w', device: 'cpu' })
  const staging = files.stage({ id: job.id, created_at: job.createdAt }, 1)
  const file = await staging.put({ name: 'echo.txt', bytes: Buffer.from('hello'), mime: 'text/plain' })
  await staging.commit({ id: job.id })
  await jobs.finish(store, { ...at, result: { state: 'succeeded', output: { text: 'x' }, outputs: [file] } })
  const half = await jobs.create(store, { owner: owner.id, task: 'echo', model: 'echo', family: 'echo', input: {} })
  await jobs.claim(store, { id: half.job.id, attempt: 1, workerId: 'w', device: 'cpu' })
  await jobs.progress(store, { id: half.job.id, attempt: 1, preview: { mime: 'image/jpeg', bytes: picture } })
  const upload = await files.storeUpload(Buffer.from('an upload'))
  await uploads.create(store, { ...upload, owner: owner.id, mime: 'image/png' })
  await settings.set(store, 'accepted', ['model-a'])
  await runs.record(store, { host: 'h', device: 'cpu', model: 'echo', task: 'echo', work: 1, seconds: 2 })
  await mkdir(join(config.roots.models, 'pulled'), { recursive: true })
  await writeFile(join(config.roots.models, 'pulled/hearth.json'), '{}')
  await writeFile(join(config.roots.models, 'pulled/model.onnx'), 'weights')
  return { job, half: half.job.id, secret, upload, owner: owner.id, signature: readSecret(config) }
}

test.each(['all.tar.zst', 'all.tar.gz'])('what goes into %s comes out in an empty folder', async name => {
  const from = configOf('from')
  const path = join(dir, name)
  const made = await withStore(from, 'test', async store => {
    const things = await furnish(from, store)
    const { rows } = await writeBackup({ config: from, store, path, weights: false })
    return { ...things, rows, events: await events.list(store, { job: things.job.id }) }
  })
  const to = configOf('to')
  const result = await readBackup(to, path)
  expect(Object.values(result.rows).reduce((sum, count) => sum + count)).toBe(
    made.rows - result.about.migrations.length,
  )
  await withStore(to, 'test', async store => {
    const job = await jobs.get(store, { id: made.job.id })
    expect(job).toMatchObject({ state: 'succeeded', input: made.job.input, createdAt: made.job.createdAt })
    expect(await events.list(store, { job: made.job.id })).toEqual(made.events)
    const preview = await jobs.preview(store, { id: made.half })
    expect(Buffer.from(preview?.bytes ?? [])).toEqual(picture)
    expect(await keys.authenticate(store, made.secret)).toMatchObject({ name: 'first' })
    expect(await settings.get(store, 'accepted')).toEqual(['model-a'])
    // Numbers go on where they were.
    await runs.record(store, { host: 'h', device: 'cpu', model: 'echo', task: 'echo', work: 1, seconds: 2 })
    await jobs.create(store, { owner: made.owner, task: 'echo', model: 'echo', family: 'echo', input: {} })
  })
  const files = createFiles(to)
  const place = { id: made.job.id, created_at: made.job.createdAt }
  expect(await readFile(files.outputPath(place, 'echo.txt'), 'utf8')).toBe('hello')
  expect(await readFile(files.uploadPath(made.upload.id), 'utf8')).toBe('an upload')
  expect(readSecret(to)).toBe(made.signature)
  expect(await readdir(join(to.roots.models, 'pulled'))).toEqual(['hearth.json'])
  await expect(readBackup(to, path)).rejects.toMatchObject({ code: 'conflict' })
})

test('a damaged file restores nothing, and the folder stays empty', async () => {
  const from = configOf('from')
  const path = join(dir, 'all.tar')
  const secret = await withStore(from, 'test', async store => {
    const made = await furnish(from, store)
    await writeBackup({ config: from, store, path, weights: true })
    return made.signature
  })
  const bytes = await readFile(path)
  const at = bytes.indexOf('an upload')
  bytes[at] = 0x41
  const damaged = join(dir, `${randomUUID()}.tar`)
  await writeFile(damaged, bytes)
  const to = configOf('to')
  await expect(readBackup(to, damaged)).rejects.toMatchObject({
    message: expect.stringContaining('not as it was saved'),
  })
  expect(await readdir(to.roots.state)).toEqual([])
  await writeFile(damaged, bytes.subarray(0, at))
  await expect(readBackup(to, damaged)).rejects.toMatchObject({ code: 'invalid-input' })
  await readBackup(to, path)
  expect(readSecret(to)).toBe(secret)
})

test('a backup overwrites nothing', async () => {
  const config = configOf('from')
  const path = join(dir, 'all.tar.zst')
  await writeFile(path, 'precious')
  await withStore(config, 'test', async store => {
    await expect(writeBackup({ config, store, path, weights: false })).rejects.toMatchObject({ code: 'conflict' })
    const odd = writeBackup({ config, store, path: join(dir, 'all.zip'), weights: false })
    await expect(odd).rejects.toMatchObject({ code: 'invalid-input' })
  })
  expect(await readFile(path, 'utf8')).toBe('precious')
})
