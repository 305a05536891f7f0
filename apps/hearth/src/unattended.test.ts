import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const main = join(import.meta.dirname, 'main.ts')
const secret = 'hk_from-a-mounted-secret-0123456789'

let folder: string
let instance: TestInstance

/** Installed by nobody: the first key comes from a file, and the network may reach it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-unattended-'))
  const file = join(folder, 'key')
  await writeFile(file, `${secret}\n`)
  const env = { HEARTH_OWNER_KEY: '', HEARTH_OWNER_KEY_FILE: file, HEARTH_HOST: '0.0.0.0' }
  instance = await startTestInstance({ env, data: join(folder, 'data') })
})
afterAll(async () => {
  await instance.stop()
  await rm(folder, { recursive: true, force: true })
})

const ask = (key: string, path = '/api/v1/tasks') =>
  fetch(new URL(path, instance.url), { headers: { authorization: `Bearer ${key}` } })

test('the key of HEARTH_OWNER_KEY_FILE is the first one', async () => {
  expect((await ask(secret, '/api/v1/keys')).status).toBe(200)
  expect((await ask(`${secret}x`)).status).toBe(401)
})

test('listening on the network without encryption is warned of', () => {
  expect(instance.output()).toMatch(/Warning: listening on 0\.0\.0\.0 without encryption/)
})

test('a key made with limits is held to them', async () => {
  const env = { ...process.env, HEARTH_DATA: instance.data }
  const create = (...more: string[]) => run(process.execPath, [main, 'key', 'create', 'script', ...more], { env })
  const { stdout } = await create('--rate-status', '2')
  const statuses = []
  for (let k = 0; k < 3; k++) statuses.push((await ask(stdout.trim())).status)
  expect(statuses).toEqual([200, 200, 429])
  await expect(create('--rate-status', 'many')).rejects.toMatchObject({ code: 2 })
})

test('owners are apart: the key of another one sees nothing of the first', async () => {
  const env = { ...process.env, HEARTH_DATA: instance.data }
  const create = async (...more: string[]) =>
    (
      await run(process.execPath, [main, 'key', 'create', 'script', '--scopes', 'tasks,admin', ...more], { env })
    ).stdout.trim()
  const owner = async (key: string) => {
    const { keys } = (await (await ask(key, '/api/v1/keys')).json()) as { keys: { owner: string }[] }
    return new Set(keys.map(entry => entry.owner))
  }
  const [mine, ada, again] = [await create(), await create('--owner', 'Ada'), await create('--owner', 'Ada')]
  expect(await owner(ada)).toEqual(await owner(again))
  expect([...(await owner(mine)), ...(await owner(ada))]).toHaveLength(2)
})
