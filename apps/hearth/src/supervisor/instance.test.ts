import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '@hearth/config'
import { commandOf, freePort } from '@hearth/services'
import { keys, openStore, sessions } from '@hearth/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Instance, startInstance } from './instance.ts'
import { readRunFile } from './run-file.ts'

let dir: string
let started: (Instance | undefined)[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hearth-instance-'))
  started = []
  // Programs that do nothing but what the supervisor asks of one.
  for (const name of ['api', 'worker']) {
    const folder = join(dir, 'checkout/apps', name, 'src')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'main.ts'), program(name))
  }
})
afterEach(async () => {
  for (const instance of started) await instance?.stop()
  await rm(dir, { recursive: true, force: true })
})

const program = (name: string) => `
  import { appendFileSync } from 'node:fs'
  appendFileSync(${JSON.stringify(join(dir, 'order'))}, 'start ${name}\\n')
  process.on('SIGTERM', () => {
    appendFileSync(${JSON.stringify(join(dir, 'order'))}, 'stop ${name}\\n')
    process.exit(0)
  })
  if (!process.env.DATABASE_URL || !process.env.REDIS_URL || process.env.HEARTH_OWNER_KEY) process.exit(9)
  process.send({ type: 'ready' })
  setInterval(() => {}, 1000)
`

async function configure(more: Record<string, string> = {}) {
  const config = loadConfig({ HEARTH_DATA: join(dir, 'data'), HEARTH_PORT: String(await freePort()), ...more })
  return { ...config, repo: join(dir, 'checkout') }
}

async function start(config: Awaited<ReturnType<typeof configure>>, lines: string[] = []) {
  const instance = await startInstance({ config, say: line => lines.push(line) })
  started.push(instance)
  return instance
}

test('the first start makes an owner, a key and a link that works once; the next start keeps them', async () => {
  const config = await configure()
  const first = await start(config)
  const key = (await readFile(join(config.roots.state, 'owner-key'), 'utf8')).trim()
  expect((await stat(join(config.roots.state, 'owner-key'))).mode & 0o077).toBe(0)
  const store = openStore({ url: first.databaseUrl })
  expect((await keys.authenticate(store, key))?.scopes).toEqual(['tasks', 'models', 'admin', 'kiosk'])
  const token = first.link.split('#sign-in=')[1] ?? ''
  expect(await sessions.redeemSignIn(store, token)).toBeDefined()
  expect(await sessions.redeemSignIn(store, token)).toBeUndefined()
  await store.close()
  await first.stop()
  const second = await start(config)
  expect((await readFile(join(config.roots.state, 'owner-key'), 'utf8')).trim()).toBe(key)
  expect(second.link).not.toBe(first.link)
})

test('a key of the settings is the first key', async () => {
  const chosen = 'a-key-that-somebody-has-chosen'
  const instance = await start(await configure({ HEARTH_OWNER_KEY: chosen }))
  const store = openStore({ url: instance.databaseUrl })
  expect(await keys.authenticate(store, chosen)).toBeDefined()
  await store.close()
})

test('a second start on the same data is refused, and names the first', async () => {
  const config = await configure()
  await start(config)
  const second = startInstance({ config, say() {} })
  await expect(second).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(`${process.pid}`) })
  expect((await readRunFile(config.roots.state))?.pid).toBe(process.pid)
})

test('a port in use is named before anything is started', async () => {
  const first = await configure()
  const server = (await import('node:http')).createServer().listen(first.port, '127.0.0.1')
  await expect(startInstance({ config: first, say() {} })).rejects.toMatchObject({
    message: expect.stringContaining(`Port ${first.port}`),
    hint: expect.stringContaining('HEARTH_PORT='),
  })
  server.close()
  await expect(stat(join(first.roots.state, 'postgres'))).rejects.toThrow()
})

test('each part that is killed runs again, and all end in the reverse order', async () => {
  const config = await configure()
  const lines: string[] = []
  const instance = await start(config, lines)
  for (const name of ['postgres', 'valkey', 'api', 'worker']) {
    const before = await pidOf(config, name)
    process.kill(before, 'SIGKILL')
    while ((await pidOf(config, name)) === before) await delay(20)
    expect(lines).toContain(`${name} ended (SIGKILL)`)
    expect(lines).toContain(`${name} runs again`)
  }
  const pids = Object.values((await readRunFile(config.roots.state))?.pids ?? {})
  expect(pids).toHaveLength(4)
  await instance.stop()
  for (const pid of pids) expect(await commandOf(pid)).toBeUndefined()
  const order = (await readFile(join(dir, 'order'), 'utf8')).trim().split('\n')
  expect(order.slice(-2)).toEqual(['stop worker', 'stop api'])
  expect(await readRunFile(config.roots.state)).toBeUndefined()
})

test('nothing is left when the supervisor is killed, and the next start finds its data', async () => {
  const config = await configure()
  const script = `
    import { loadConfig } from '@hearth/config'
    import { startInstance } from ${JSON.stringify(new URL('./instance.ts', import.meta.url).href)}
    await startInstance({ config: { ...loadConfig(), repo: ${JSON.stringify(config.repo)} }, say() {} })
    console.log('ready')
    setInterval(() => {}, 1000)`
  const supervisor = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, HEARTH_DATA: config.data, HEARTH_PORT: `${config.port}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await firstOutput(supervisor)
  const run = await readRunFile(config.roots.state)
  const pids = Object.values(run?.pids ?? {})
  expect(pids).toHaveLength(4)
  supervisor.kill('SIGKILL')
  for (const pid of pids) while (await commandOf(pid)) await delay(20)
  const key = await readFile(join(config.roots.state, 'owner-key'), 'utf8')
  await start(config)
  expect(await readFile(join(config.roots.state, 'owner-key'), 'utf8')).toBe(key)
})

async function pidOf(config: Awaited<ReturnType<typeof configure>>, name: string): Promise<number> {
  const pid = (await readRunFile(config.roots.state))?.pids[name]
  if (pid === undefined) throw new Error(`run.json does not name ${name}`)
  return pid
}

function firstOutput(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', code => reject(new Error(`it ended with ${code}`)))
  })
}
