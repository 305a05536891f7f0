import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { checkpointEntry } from '@hearth/contract'
import { fetchTrusted } from '@hearth/fetch'
import { create as createTar } from 'tar'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readManifest } from '../manifest.ts'
import { type PullConfig, pullContext } from '../pull/context.ts'
import { pullEntry } from '../pull/pull.ts'
import { npmRegistry, pypiIndex } from './client-settings.ts'

let root: string
const servers: Server[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hearth-packages-'))
  await mkdir(join(root, 'models'))
})
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  await rm(root, { recursive: true })
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function pull(source: Record<string, unknown>, change: Record<string, unknown>, settings: Partial<PullConfig> = {}) {
  const entry = checkpointEntry.parse({
    id: 'x',
    title: 'X',
    description: '',
    licence: { id: 'MIT' },
    precision: 'fp32',
    bytes: 100_000,
    sources: [source],
    ...change,
  })
  const config: PullConfig = {
    version: '0.0.0',
    repo: root,
    roots: { models: join(root, 'models'), state: join(root, 'state') },
    hfEndpoint: 'http://127.0.0.1:1',
    hfToken: undefined,
    modelscopeEndpoint: 'http://127.0.0.1:1',
    modelscopeToken: undefined,
    npmRegistry: undefined,
    pypiIndex: undefined,
    ...settings,
  }
  const context = { ...pullContext(config), attempts: 2, retryDelay: 0.001 }
  return pullEntry(context, { ...entry, familyId: 'toys' })
}

const installed = (path = '') => join(root, 'models/x', path)
const sha = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest()

/** Why a host cannot be asked; undefined if it can. */
async function unreachable(url: string): Promise<string | undefined> {
  try {
    const { status, body } = await fetchTrusted(url, { timeout: 10 })
    body.on('error', () => {}).destroy()
    return status === 200 ? undefined : `status ${status}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const npmReason = await unreachable(
  `${(await npmRegistry(undefined, undefined, tmpdir())).replace(/\/$/, '')}/is-number`,
)
const pypiReason = await unreachable(`${(await pypiIndex(undefined, tmpdir())).replace(/\/$/, '')}/six/`)
if (npmReason !== undefined) console.log(`skipped: the npm registry cannot be asked: ${npmReason}`)
if (pypiReason !== undefined) console.log(`skipped: the Python index cannot be asked: ${pypiReason}`)

describe.skipIf(npmReason !== undefined)('the npm registry of this machine', () => {
  it('gives a file of a package', { timeout: 60_000 }, async () => {
    const files = [{ path: 'index.js', bytes: 411 }]
    await pull({ kind: 'npm', name: 'is-number', version: '7.0.0', path: 'index.js' }, { files })
    expect(await readFile(installed('index.js'), 'utf8')).toContain('module.exports = function(num)')
    expect((await readManifest(installed()))?.source).toBe('npm:is-number@7.0.0/index.js')
  })

  it('says that a version does not exist', { timeout: 60_000 }, async () => {
    const source = { kind: 'npm', name: 'is-number', version: '0.0.999', path: '' }
    await expect(pull(source, {})).rejects.toMatchObject({ message: /is-number@0\.0\.999: .* status 404/ })
  })
})

describe.skipIf(pypiReason !== undefined)('the Python index of this machine', () => {
  it('gives a file of a wheel', { timeout: 60_000 }, async () => {
    await pull({ kind: 'pypi', name: 'six', version: '1.17.0', path: 'six.py' }, {})
    expect(await readFile(installed('six.py'), 'utf8')).toContain('__version__ = "1.17.0"')
  })
})

describe('an npm registry', () => {
  /** A package with a model in a folder, a file outside it and a link that points away. */
  async function packageOf(): Promise<Buffer> {
    const dir = join(root, 'build')
    for (const [path, text] of Object.entries({
      'package/package.json': '{}',
      'package/weights/config.json': '{"a":1}',
      'package/weights/unet/model.onnx': 'weights',
      'package/weights/README.md': '# x',
    })) {
      await mkdir(dirname(join(dir, path)), { recursive: true })
      await writeFile(join(dir, path), text)
    }
    await symlink('/etc/passwd', join(dir, 'package/weights/passwd.json'))
    await createTar({ cwd: dir, gzip: true, file: join(root, 'x.tgz') }, ['package'])
    return readFile(join(root, 'x.tgz'))
  }

  async function registryOf(tarball: Buffer, integrity: string, asked: string[] = []): Promise<string> {
    return serve((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization ?? '-'}`)
      if (request.url === '/mirror/@org%2fweights/1.2.3') {
        // Mirrors hand out the public address.
        const dist = { tarball: 'https://registry.npmjs.org/@org/weights/-/weights-1.2.3.tgz', integrity }
        response.end(JSON.stringify({ dist }))
      } else if (request.url === '/mirror/@org/weights/-/weights-1.2.3.tgz') response.end(tarball)
      else response.writeHead(404).end()
    })
  }

  const source = { kind: 'npm', name: '@org/weights', version: '1.2.3', path: 'weights' }

  it('gives the folder that is named, without links, from the mirror that is set', async () => {
    const tarball = await packageOf()
    const asked: string[] = []
    const url = await registryOf(tarball, `sha512-${sha('sha512', tarball).toString('base64')}`, asked)
    await pull(source, {}, { npmRegistry: `${url.replace('http://', 'http://me:pass@')}/mirror/` })
    expect((await readdir(installed())).sort()).toEqual(['config.json', 'hearth.json', 'unet'])
    expect(await readFile(installed('unet/model.onnx'), 'utf8')).toBe('weights')
    const credentials = `Basic ${Buffer.from('me:pass').toString('base64')}`
    expect(asked.map(line => line.split(' ').slice(1).join(' '))).toEqual([credentials, credentials])
  })

  it('is not believed when the package has another digest', async () => {
    const tarball = await packageOf()
    const url = await registryOf(tarball, `sha512-${Buffer.alloc(64, 1).toString('base64')}`)
    await expect(pull(source, {}, { npmRegistry: `${url}/mirror` })).rejects.toMatchObject({
      code: 'model-broken',
      message: /has the sha512/,
    })
    expect(await readdir(join(root, 'models'))).toEqual(['.partial'])
  })

  it('is not believed when the catalogue knows the file better', async () => {
    const tarball = await packageOf()
    const url = await registryOf(tarball, `sha512-${sha('sha512', tarball).toString('base64')}`)
    const files = [{ path: 'unet/model.onnx', bytes: 7, sha256: 'b'.repeat(64) }]
    const pulling = pull(source, { files }, { npmRegistry: `${url}/mirror` })
    await expect(pulling).rejects.toMatchObject({ message: /unet\/model\.onnx has the sha256/ })
  })
})

describe('a Python index', () => {
  const wheel = zip({
    'pkg/__init__.py': 'x = 1',
    'pkg/data/config.json': '{"a":1}',
    'pkg/data/unet/model.onnx': 'weights',
    'pkg/data/old.pt': 'pickle',
  })
  const name = 'my_pkg-2.0-py3-none-any.whl'
  const source = { kind: 'pypi', name: 'My.Pkg', version: '2.0', path: 'pkg/data/' }

  async function indexOf(page: string, type: string, bytes = wheel): Promise<string> {
    return serve((request, response) => {
      if (request.url === '/simple/my-pkg/') response.setHeader('content-type', type).end(page)
      else if (request.url === `/files/${name}`) response.end(bytes)
      else response.writeHead(404).end()
    })
  }

  const digest = sha('sha256', wheel).toString('hex')
  const pages: [string, string][] = [
    [
      'application/vnd.pypi.simple.v1+json',
      JSON.stringify({
        files: [
          { filename: 'my_pkg-1.9-py3-none-any.whl', url: '../../files/old.whl', hashes: { sha256: digest } },
          { filename: 'my_pkg-2.0.tar.gz', url: '../../files/x.tar.gz', hashes: { sha256: digest } },
          { filename: name, url: `../../files/${name}`, hashes: { sha256: digest } },
        ],
      }),
    ],
    [
      'text/html',
      `<!DOCTYPE html><body><a href="../../files/x.tar.gz#sha256=${digest}">my_pkg-2.0.tar.gz</a>
       <a href="../../files/${name}#sha256=${digest}" data-requires-python="&gt;=3">${name}</a></body>`,
    ],
  ]

  it.each(pages)('that answers with %s gives a folder of the wheel', async (type, page) => {
    const url = await indexOf(page, type)
    await pull(source, {}, { pypiIndex: `${url}/simple` })
    expect((await readdir(installed())).sort()).toEqual(['config.json', 'hearth.json', 'unet'])
    expect(await readFile(installed('unet/model.onnx'), 'utf8')).toBe('weights')
  })

  it('cannot make the archive write elsewhere', async () => {
    const evil = zip({ 'pkg/data/config.json': '{}', 'pkg/data/../../../../evil.json': 'x' })
    const page = JSON.stringify({
      files: [{ filename: name, url: `../../files/${name}`, hashes: { sha256: sha('sha256', evil).toString('hex') } }],
    })
    const url = await indexOf(page, 'application/json', evil)
    await expect(pull(source, {}, { pypiIndex: `${url}/simple` })).rejects.toMatchObject({
      code: 'model-broken',
      message: /cannot be read: invalid relative path/,
    })
  })

  it('with a broken wheel is an error with a reason', async () => {
    const bytes = Buffer.from('not a zip')
    const page = JSON.stringify({
      files: [{ filename: name, url: `../../files/${name}`, hashes: { sha256: sha('sha256', bytes).toString('hex') } }],
    })
    const url = await indexOf(page, 'application/json', bytes)
    await expect(pull(source, {}, { pypiIndex: `${url}/simple` })).rejects.toMatchObject({
      message: /the archive cannot be read/,
    })
  })
})

describe('where packages come from', () => {
  it('is the setting if there is one', async () => {
    expect(await npmRegistry('https://npm.test', '@org', root)).toBe('https://npm.test')
    expect(await pypiIndex('https://pip.test/simple', root)).toBe('https://pip.test/simple')
  })

  it('is what npm is configured for in the folder, by scope first', async () => {
    await writeFile(join(root, '.npmrc'), 'registry=https://all.test/\n@org:registry=https://org.test/\n')
    await writeFile(join(root, 'package.json'), '{}')
    expect(await npmRegistry(undefined, '@org', root)).toBe('https://org.test/')
    expect(await npmRegistry(undefined, '@other', root)).toBe('https://all.test/')
  })
})

/** A zip archive of stored files. */
function zip(files: Record<string, string>): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [path, text] of Object.entries(files)) {
    const [name, body] = [Buffer.from(path), Buffer.from(text)]
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt32LE(crc32(body), 10)
    common.writeUInt32LE(body.length, 14)
    common.writeUInt32LE(body.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, body])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, name]))
    parts.push(local)
    offset += local.length
  }
  const index = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(index.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, index, end])
}
