import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AppError, checkpointEntry } from '@hearth/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { modelDigest, readManifest } from '../manifest.ts'
import { type PullConfig, type PullContext, type PullOptions, pullContext } from './context.ts'
import { type FakeHub, type Fault, sha256, startFakeHub } from './fake-hub.ts'
import { lockOf, type PullableEntry, partialDir, pullEntry } from './pull.ts'

const weights = randomBytes(3_000_000)
const contents = {
  'model_index.json': Buffer.from('{"name":"x"}'),
  'unet/model.onnx': weights,
  'vae/model.onnx': randomBytes(5000),
  'README.md': Buffer.from('# x'),
}
const listed = ['model_index.json', 'unet/model.onnx', 'vae/model.onnx'] as const
const files = listed.map(path => ({ path, bytes: contents[path].length, sha256: sha256(contents[path]) }))
const total = files.reduce((sum, { bytes }) => sum + bytes, 0)

let root: string
let hub: FakeHub
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hearth-pull-'))
  await mkdir(join(root, 'models'))
  hub = await startFakeHub(contents)
})
afterEach(async () => {
  await hub.close()
  await rm(root, { recursive: true })
})

function context(change: Partial<PullContext> = {}, settings: Partial<PullConfig> = {}): PullContext {
  const config: PullConfig = {
    version: '0.0.0',
    repo: join(root, 'repo'),
    roots: { models: join(root, 'models'), state: join(root, 'state') },
    hfEndpoint: hub.url,
    hfToken: undefined,
    modelscopeEndpoint: hub.url,
    modelscopeToken: undefined,
    npmRegistry: undefined,
    pypiIndex: undefined,
    ...settings,
  }
  return { ...pullContext(config), retryDelay: 0.001, attempts: 3, ...change }
}

function entry(change: Record<string, unknown> = {}): PullableEntry {
  const parsed = checkpointEntry.parse({
    id: 'x',
    title: 'X',
    description: '',
    licence: { id: 'MIT' },
    precision: 'fp16',
    bytes: total,
    sources: [{ kind: 'hf', id: 'org/name' }],
    files,
    ...change,
  })
  return { ...parsed, familyId: 'painter' }
}

const target = (path = '') => join(root, 'models/x', path)
const thrown = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => Promise.reject(new Error('was not refused')),
    error => error,
  )
const fail = (path: string, ...faults: Fault[]) => hub.faults.set(path, faults)
const unet = () => hub.requests.filter(({ path }) => path === 'unet/model.onnx')

async function expectWhole(): Promise<void> {
  for (const path of listed) expect(sha256(await readFile(target(path))), path).toBe(sha256(contents[path]))
  expect((await readdir(target())).sort()).toEqual(['hearth.json', 'model_index.json', 'unet', 'vae'])
  expect(await readdir(partialDir(join(root, 'models')))).toEqual([])
}

describe.each([
  ['Hugging Face', { kind: 'hf', id: 'org/name' }],
  ['ModelScope', { kind: 'modelscope', id: 'org/name' }],
])('a pull from %s', (_, source) => {
  const sources = [source]

  it('fetches, checks and installs, with progress over all files and a manifest', async () => {
    const seen: number[] = []
    const result = await pullEntry(context(), entry({ sources }), {
      progress: (done, all) => {
        seen.push(done)
        expect(all).toBe(total)
      },
    })
    expect(result).toMatchObject({ model: 'x', bytes: total, digest: modelDigest(files) })
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(total)
    expect(await readManifest(target())).toMatchObject({
      id: 'x',
      family: 'painter',
      files,
      digest: modelDigest(files),
    })
    await expectWhole()
  })

  it('continues after breaks with what it has', async () => {
    fail('unet/model.onnx', { kind: 'cut', after: 2_000_000 }, { kind: 'cut', after: 500_000 })
    await pullEntry(context(), entry({ sources }))
    expect(unet().map(({ status }) => status)).toEqual([200, 206, 206])
    expect(Number(unet()[1]?.range?.slice(6, -1))).toBeGreaterThan(1_000_000)
    await expectWhole()
  })

  it('takes a body that ends too early for a break', async () => {
    fail('unet/model.onnx', { kind: 'truncate', after: 120_000 })
    await pullEntry(context(), entry({ sources }))
    expect(unet().map(({ status, range }) => [status, range])).toEqual([
      [200, undefined],
      [206, 'bytes=120000-'],
    ])
    await expectWhole()
  })

  it('starts the file anew where the host ignores ranges or sends another part', async () => {
    fail('unet/model.onnx', { kind: 'truncate', after: 9000 }, { kind: 'ignore-range' })
    fail('vae/model.onnx', { kind: 'truncate', after: 900 }, { kind: 'wrong-part' })
    await pullEntry(context(), entry({ sources }))
    expect(unet().map(({ status }) => status)).toEqual([200, 200])
    await expectWhole()
  })

  it('waits as long as a busy host asks and gives up after some failures in a row', async () => {
    const busy: Fault = { kind: 'status', status: 429, retryAfter: '0' }
    fail('unet/model.onnx', busy, { kind: 'status', status: 503 })
    const lines: string[] = []
    await pullEntry(context(), entry({ sources }), { log: (_level, line) => lines.push(line) })
    expect(lines.join('\n')).toMatch(/status 429; next attempt in 0 s[\s\S]*status 503/)
    await expectWhole()
    await rm(target(), { recursive: true })
    fail('unet/model.onnx', busy, busy, busy, busy)
    expect(await thrown(pullEntry(context(), entry({ sources })))).toMatchObject({
      code: 'unavailable',
      message: /status 429/,
    })
    expect(existsSync(target())).toBe(false)
  })

  it('does not install what has another digest, and forgives it once', async () => {
    fail('unet/model.onnx', { kind: 'other-bytes' })
    await pullEntry(context(), entry({ sources }))
    await expectWhole()
    await rm(target(), { recursive: true })
    fail('unet/model.onnx', { kind: 'other-bytes' }, { kind: 'other-bytes' })
    const error = await thrown(pullEntry(context(), entry({ sources })))
    expect(error.code).toBe('model-broken')
    expect(error.message).toMatch(new RegExp(`unet/model.onnx has the sha256 .* instead of ${sha256(weights)}`))
    expect(existsSync(target())).toBe(false)
  })

  it('stops at a file that is longer than announced', async () => {
    fail('unet/model.onnx', { kind: 'longer' }, { kind: 'longer' })
    expect((await thrown(pullEntry(context(), entry({ sources })))).message).toMatch(/longer than the 3000000 bytes/)
  })

  it('sees a list that contradicts the catalogue before it fetches', async () => {
    hub.claims.set('unet/model.onnx', { sha256: 'a'.repeat(64) })
    expect((await thrown(pullEntry(context(), entry({ sources })))).message).toMatch(/another unet\/model\.onnx/)
    hub.claims.set('unet/model.onnx', { size: 17 })
    expect((await thrown(pullEntry(context(), entry({ sources })))).message).toMatch(/17 bytes instead of 3000000/)
    expect(hub.requests).toEqual([])
  })

  it('keeps what it has when it is aborted, and the next pull continues', async () => {
    fail('unet/model.onnx', { kind: 'stall', after: 150_000 })
    const aborter = new AbortController()
    const pulling = pullEntry(context(), entry({ sources }), {
      signal: aborter.signal,
      progress: done => {
        if (done > 140_000) aborter.abort(new Error('cancelled by its owner'))
      },
    })
    await expect(pulling).rejects.toThrow('cancelled by its owner')
    expect(existsSync(lockOf(join(root, 'models'), 'x'))).toBe(false)
    expect(existsSync(target())).toBe(false)
    await pullEntry(context(), entry({ sources }))
    expect(unet()[1]?.status).toBe(206)
    expect(Number(unet()[1]?.range?.slice(6, -1))).toBeGreaterThan(130_000)
    expect(hub.requests.filter(({ path }) => path === 'model_index.json').length).toBe(1)
    await expectWhole()
  })

  it('asks for a token where one is needed', async () => {
    hub.token = 'secret'
    const error = await thrown(pullEntry(context(), entry({ sources })))
    expect(error.hint).toMatch(/set (HF_TOKEN|MODELSCOPE_API_TOKEN)/)
    const tokens = { hfToken: 'secret', modelscopeToken: 'secret' }
    await pullEntry(context({}, tokens), entry({ sources }))
    await expectWhole()
  })

  it('takes what may belong to a model where the catalogue lists no files, and records the digests', async () => {
    await pullEntry(context(), entry({ sources, files: [] }))
    expect((await readManifest(target()))?.files.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual(files)
  })
})

describe('a pull', () => {
  it('sends the token of a hub to the hub alone', async () => {
    hub.token = 'secret'
    await pullEntry(context({}, { hfToken: 'secret' }), entry())
    expect(hub.requests.map(({ authorization }) => authorization)).toEqual([undefined, undefined, undefined])
  })

  it('takes a folder of the repository, and only that', async () => {
    const inner = files.slice(1, 2).map(file => ({ ...file, path: 'model.onnx' }))
    await pullEntry(context(), entry({ sources: [{ kind: 'hf', id: 'org/name', path: 'unet' }], files: inner }))
    expect((await readdir(target())).sort()).toEqual(['hearth.json', 'model.onnx'])
  })

  it('goes on to the next source, with what it has, and says why all failed when they did', async () => {
    const sources = [
      { kind: 'hf', id: 'org/missing' },
      { kind: 'hf', id: 'org/name' },
      { kind: 'modelscope', id: 'org/name' },
    ]
    const cut: Fault = { kind: 'status', status: 403 }
    fail('unet/model.onnx', { kind: 'truncate', after: 100_000 }, cut)
    const lines: string[] = []
    await pullEntry(context(), entry({ sources }), { log: (_level, line) => lines.push(line) })
    expect(lines.join('\n')).toMatch(/hf:org\/missing@main: .*404[\s\S]*x comes from modelscope:org\/name@master/)
    expect(unet().at(-1)).toMatchObject({ range: 'bytes=100000-', status: 206 })
    await expectWhole()
    await rm(target(), { recursive: true })
    const error = await thrown(
      pullEntry(context(), entry({ sources: [sources[0], { kind: 'file', path: '/nowhere' }] })),
    )
    expect(error.message).toMatch(/no source could give x\. hf:org\/missing.*404; file:\/nowhere: there is no folder/)
  })

  it('wants the licence accepted where it must be, and remembers it', async () => {
    const strict = entry({ licence: { id: 'openrail', url: 'https://licence.test', must_accept: true } })
    const error = await thrown(pullEntry(context(), strict))
    expect(error).toMatchObject({ code: 'forbidden', path: ['accept_licence'] })
    expect(error.hint).toBe('Read it at https://licence.test, then send accept_licence, or: hearth pull x --yes')
    expect(hub.requests).toEqual([])
    await pullEntry(context(), strict, { acceptLicence: true })
    expect((await readManifest(target()))?.licence).toMatchObject({ id: 'openrail', accepted_at: expect.any(String) })
  })

  it('looks at the disk first and names the numbers', async () => {
    const tight = context({ freeBytes: async () => 256 * 2 ** 20 + 1000 })
    const error = await thrown(pullEntry(tight, entry()))
    expect(error.code).toBe('insufficient-storage')
    expect(error.message).toMatch(/3\.01 MB are to be written and 268 MB are free/)
    expect(hub.requests).toEqual([])
  })

  it('is done at once when the model is there, and repairs one that is not whole', async () => {
    await pullEntry(context(), entry())
    const before = hub.requests.length
    const again = await pullEntry(context(), entry())
    expect([again.digest, hub.requests.length]).toEqual([modelDigest(files), before])
    await writeFile(target('vae/model.onnx'), 'short')
    await pullEntry(context(), entry())
    await expectWhole()
  })

  it('does not touch a folder that somebody else has put in its place', async () => {
    await mkdir(target())
    await writeFile(target('mine.txt'), 'mine')
    expect(await thrown(pullEntry(context(), entry()))).toMatchObject({ code: 'conflict' })
    expect(await readdir(target())).toEqual(['mine.txt'])
  })

  it('excludes a second pull of the same model, and takes over from a process that has died', async () => {
    fail('unet/model.onnx', { kind: 'stall', after: 10 })
    const aborter = new AbortController()
    const first = thrown(pullEntry(context(), entry(), { signal: aborter.signal }))
    await hub.stalled
    expect(await thrown(pullEntry(context(), entry()))).toMatchObject({
      code: 'conflict',
      message: /already under way/,
    })
    aborter.abort(new Error('stop'))
    await first
    const lock = lockOf(join(root, 'models'), 'x')
    await writeFile(lock, `${2 ** 22 + 1} 12345\n`)
    await pullEntry(context(), entry())
    await expectWhole()
    await rm(target(), { recursive: true })
    // The number of a process that died was given to another one: this one, started at another time.
    await writeFile(lock, `${process.pid} 1\n`)
    await pullEntry(context(), entry())
    await expectWhole()
  })

  it('refuses pickle files, listed or found', async () => {
    hub.files.set('unet/weights.bin', Buffer.from('pickle'))
    const listing = [{ path: 'unet/weights.bin', bytes: 6 }]
    expect((await thrown(pullEntry(context(), entry({ files: listing })))).message).toMatch(/run any code/)
    await pullEntry(context(), entry({ files: [] }))
    expect(await readdir(target('unet'))).toEqual(['model.onnx'])
    await rm(target(), { recursive: true })
    hub.files.clear()
    hub.files.set('weights.ckpt', Buffer.from('pickle'))
    const error = await thrown(pullEntry(context(), entry({ files: [] })))
    expect(error.message).toMatch(/only pickle files \(weights\.ckpt\).*run any code/)
  })

  it.each(['../evil', '/etc/evil', 'a/../../evil', 'a\\evil', '.ssh/evil', 'C:evil', 'a//b'])(
    'writes nothing outside its folder: %s',
    async path => {
      hub.files.set(path, Buffer.from('evil'))
      expect((await thrown(pullEntry(context(), entry({ files: [{ path, bytes: 4 }] })))).message).toMatch(/not safe/)
      const options: PullOptions = {}
      const unlisted = await pullEntry(context(), entry({ files: [] }), options).then(
        () => 'passed over',
        (error: AppError) => error.message,
      )
      expect(unlisted).toMatch(/not safe|passed over/)
      expect(existsSync(join(root, 'evil')) || existsSync('/etc/evil') || existsSync(join(root, 'models/evil'))).toBe(
        false,
      )
    },
  )

  it('copies a folder of this machine, checked', async () => {
    const dir = join(root, 'stick')
    for (const path of listed) {
      await mkdir(join(dir, path, '..'), { recursive: true })
      await writeFile(join(dir, path), contents[path])
    }
    await symlink('/etc/passwd', join(dir, 'passwd.txt'))
    const sources = [{ kind: 'file', path: dir }]
    await pullEntry(context(), entry({ sources }))
    await expectWhole()
    await rm(target(), { recursive: true })
    await writeFile(join(dir, 'vae/model.onnx'), Buffer.alloc(5000))
    expect((await thrown(pullEntry(context(), entry({ sources })))).message).toMatch(/vae\/model\.onnx has the sha256/)
  })
})
