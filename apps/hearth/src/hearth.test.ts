import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { commandOf, freePort } from '@hearth/services'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readRunFile } from './supervisor/run-file.ts'

/** The commands as programs, against real processes. */
const main = join(import.meta.dirname, 'main.ts')
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

let dir: string
let env: Record<string, string>
let supervisor: Started

interface Started {
  child: ChildProcess
  output(): string
  ended: Promise<number | null>
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hearth-command-'))
  env = {
    HEARTH_DATA: join(dir, 'data'),
    HEARTH_PORT: String(await freePort()),
    HEARTH_TEST_FAMILIES: '1',
    HEARTH_DEVICE: 'cpu',
    HEARTH_THREADS: '1',
    HEARTH_DRAIN_GRACE: '1',
  }
  supervisor = await start()
})
afterAll(async () => {
  supervisor.child.kill('SIGTERM')
  await supervisor.ended
  await rm(dir, { recursive: true, force: true })
})

function launch(args: string[], more: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env, ...more } })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', piece => {
      text += piece
    })
  }
  return { child, output: () => text, ended: new Promise(resolve => child.once('close', resolve)) }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20)
}

async function start(more: string[] = []): Promise<Started> {
  const started = launch(['start', ...more])
  await until(() => started.output().includes('Sign in') || started.child.exitCode !== null)
  expect(started.output()).toContain('Hearth is ready at')
  return started
}

async function hearth(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', piece => {
    stdout += piece
  })
  child.stderr.on('data', piece => {
    stderr += piece
  })
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  return { code, stdout, stderr }
}

const state = () => join(dir, 'data/.hearth')

describe('run', () => {
  test('prints the path of each output, and progress beside it', async () => {
    const { code, stdout, stderr } = await hearth('run', 'echo', '--input', 'text=hello', '--input', 'steps=4')
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('echo on cpu') })
    expect(await readFile(stdout.trim(), 'utf8')).toBe('hello')
  })

  test('--json prints the job and nothing else', async () => {
    const { code, stdout } = await hearth('run', 'echo', '--input', 'text=42', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ state: 'succeeded', input: { text: '42' }, output: { text: '42' } })
  })

  test('fails with what happened', async () => {
    const { code, stdout, stderr } = await hearth('run', 'echo', '--input', 'text=x', '--input', 'fail_at=1')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('echo failed at step 1, as asked')
  })

  test('refuses a wrong call before anything is queued', async () => {
    expect(await hearth('run', 'echo', '--input', 'steps=none')).toMatchObject({ code: 2 })
    expect(await hearth('run', 'no-such-task', '--input', 'a=b')).toMatchObject({ code: 1, stdout: '' })
    expect(await hearth('run', 'echo', '--nonsense')).toMatchObject({ code: 2 })
    expect(await hearth('nonsense')).toMatchObject({ code: 2 })
  })

  test('Ctrl-C cancels the job', async () => {
    const run = launch(['run', 'echo', '--input', 'text=long', '--input', 'steps=9999', '--input', 'step_ms=20'])
    await until(() => run.output().includes('echo on cpu'))
    run.child.kill('SIGINT')
    expect(await run.ended).toBe(130)
    expect(run.output()).toContain('Cancelled.')
  })
})

describe('key', () => {
  test('create prints the key alone; it works until it is revoked', async () => {
    const { stdout } = await hearth('key', 'create', 'bob', '--scopes', 'tasks')
    expect(stdout).toMatch(/^hk_\w{43}\n$/)
    const ask = async () => {
      const headers = { authorization: `Bearer ${stdout.trim()}` }
      return (await fetch(`http://127.0.0.1:${env.HEARTH_PORT}/api/v1/jobs`, { headers })).status
    }
    expect(await ask()).toBe(200)
    const listed = await hearth('key', 'list')
    const id =
      listed.stdout
        .split('\n')
        .find(line => line.includes(' bob '))
        ?.split(' ')[0] ?? ''
    expect((await hearth('key', 'revoke', id)).code).toBe(0)
    // The api may have the key in its cache for a moment.
    await until(async () => (await ask()) === 401)
  })
})

describe('looking', () => {
  test('status, doctor and models say what there is', async () => {
    expect(await hearth('status')).toMatchObject({ code: 0, stdout: expect.stringContaining('It takes jobs.') })
    const link = await hearth('status', '--link')
    expect(link.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#sign-in=\w+\n$/)
    const doctor = await hearth('doctor')
    expect(doctor.stdout).not.toMatch(/^fail/m)
    expect(doctor.code).toBe(0)
    for (const subject of [
      'Node',
      'disk',
      'port',
      'Postgres',
      'queue',
      'cpu',
      'starter',
      'Python',
      'ffmpeg',
      'Hearth',
    ]) {
      expect(doctor.stdout).toMatch(new RegExp(`^(ok|note) +${subject} `, 'm'))
    }
    expect((await hearth('models')).stdout).toContain('starter')
  })

  test('doctor names what is wrong and exits with 1', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const other = {
      HEARTH_DATA: join(dir, 'other'),
      HEARTH_PORT: String(port),
      DATABASE_URL: 'postgres://127.0.0.1:1/x',
    }
    const doctor = launch(['doctor'], other)
    expect(await doctor.ended).toBe(1)
    expect(doctor.output()).toMatch(/^fail {2}port .*in use by another program -> .*HEARTH_PORT/m)
    expect(doctor.output()).toMatch(/^fail {2}Postgres .* -> check DATABASE_URL/m)
    server.close()
  })
})

test('a door is opened, listed and closed', async () => {
  const port = String(await freePort())
  await hearth('key', 'create', 'paint')
  const opened = await hearth('door', 'open', 'a1111', '--port', port, '--key', 'paint')
  expect(opened).toMatchObject({ code: 0, stdout: expect.stringContaining(`http://127.0.0.1:${port} speaks a1111`) })
  expect((await fetch(`http://127.0.0.1:${port}/sdapi/v1/samplers`)).status).toBe(200)
  expect((await hearth('door', 'list')).stdout).toContain(`:${port}  a1111  key "paint"`)
  expect((await hearth('door', 'close', '--port', port)).code).toBe(0)
  await expect(fetch(`http://127.0.0.1:${port}/sdapi/v1/samplers`)).rejects.toThrow()
  expect(await hearth('door', 'open', 'no-such', '--port', port, '--key', 'paint')).toMatchObject({ code: 2 })
})

test('a second start is refused', async () => {
  const second = launch(['start'])
  expect(await second.ended).toBe(1)
  expect(second.output()).toContain(`in use by process ${supervisor.child.pid}`)
})

test('a job that does not end in time goes back to the queue at a stop, and is run by the next start', async () => {
  const run = launch(['run', 'echo', '--input', 'text=later', '--input', 'steps=150', '--input', 'step_ms=20'])
  await until(() => run.output().includes('echo on cpu'))
  const pids = await allPids()
  expect((await hearth('stop')).stdout).toContain('Stopped.')
  expect(await supervisor.ended).toBe(0)
  for (const pid of pids) expect(await commandOf(pid)).toBeUndefined()
  expect(await hearth('status')).toMatchObject({ code: 1 })
  supervisor = await start()
  // It was following all the while.
  expect(await run.ended).toBe(0)
  expect(run.output()).toContain('echo.txt')
})

test('no process is left when the supervisor is killed, engines included', async () => {
  expect((await hearth('run', 'echo', '--input', 'text=warm')).code).toBe(0)
  const pids = await allPids()
  expect(pids).toHaveLength(5)
  supervisor.child.kill('SIGKILL')
  for (const pid of pids) await until(async () => (await commandOf(pid)) === undefined)
  supervisor = await start()
})

test('what was backed up is found again', async () => {
  const made = await hearth('run', 'echo', '--input', 'text=precious')
  await hearth('key', 'create', 'kept')
  const file = join(dir, 'all.tar.zst')
  expect((await hearth('backup', file)).code).toBe(0)
  expect((await stat(file)).mode & 0o077).toBe(0)
  const other = { HEARTH_DATA: join(dir, 'restored') }
  const restored = launch(['restore', file], other)
  expect(await restored.ended, restored.output()).toBe(0)
  expect(await readFile(made.stdout.trim().replace('/data/', '/restored/'), 'utf8')).toBe('precious')
  const keys = launch(['key', 'list'], other)
  await keys.ended
  expect(keys.output()).toContain(' kept (last used never)')
})

/** Of all parts and the engine. */
async function allPids(): Promise<number[]> {
  const run = await readRunFile(state())
  if (!run) throw new Error('it does not run')
  const key = (await readFile(join(state(), 'owner-key'), 'utf8')).trim()
  const response = await fetch(`${run.url}/api/v1/system`, { headers: { authorization: `Bearer ${key}` } })
  const { workers } = (await response.json()) as { workers: { residents: { pid: number | null }[] }[] }
  const engines = workers.flatMap(worker => worker.residents.flatMap(({ pid }) => (pid === null ? [] : [pid])))
  return [...Object.values(run.pids), ...engines]
}
