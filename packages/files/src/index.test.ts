import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createFiles, parseReference, readSecret, signLink, verifyLink } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'hearth-files-'))
afterAll(() => rmSync(root, { recursive: true }))
const files = createFiles({ roots: { outputs: join(root, 'outputs'), uploads: join(root, 'uploads') } })
const job = { id: '0199-aaaa-bbbb', created_at: new Date('2026-03-04T23:59:59Z') }
const bytes = new TextEncoder().encode('hello')

describe('outputs', () => {
  it('shows nothing before the commit and everything after', async () => {
    const staging = files.stage(job, 1)
    const file = await staging.put({ name: 'a.txt', bytes, mime: 'text/plain' })
    expect(file).toEqual({
      name: 'a.txt',
      mime: 'text/plain',
      bytes: 5,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    })
    expect(existsSync(files.outputFolder(job))).toBe(false)
    await staging.commit({ task: 'echo' })
    expect(files.outputFolder(job)).toBe(join(root, 'outputs/2026-03-04/0199-aaaa-bbbb'))
    expect(readdirSync(files.outputFolder(job)).sort()).toEqual(['a.txt', 'job.json'])
    expect(JSON.parse(readFileSync(join(files.outputFolder(job), 'job.json'), 'utf8'))).toEqual({ task: 'echo' })
  })

  it('lets a later attempt take the place of one that never was reported', async () => {
    const again = files.stage(job, 2)
    await again.put({ name: 'b.txt', bytes, mime: 'text/plain' })
    await again.commit({})
    expect(readdirSync(files.outputFolder(job)).sort()).toEqual(['b.txt', 'job.json'])
  })

  it('refuses names that lead out of the folder', () => {
    for (const name of ['../x', 'a/b', '', '.hidden', 'a\0b', '..']) {
      expect(() => files.outputPath(job, name), name).toThrow(/no such output/)
    }
    expect(() => files.outputPath({ ...job, id: '../../etc' }, 'a')).toThrow(/no such job/)
  })

  it('does not let a file pose as job.json', async () => {
    const staging = files.stage(job, 3)
    await expect(staging.put({ name: 'job.json', bytes, mime: 'application/json' })).rejects.toThrow(/no name/)
    await staging.discard()
  })

  it('sweeps what dead attempts left and keeps the rest', async () => {
    await files.stage({ ...job, id: 'dead-0000' }, 1).put({ name: 'a', bytes, mime: 'x/y' })
    await files.stage({ ...job, id: 'live-0000' }, 7).put({ name: 'a', bytes, mime: 'x/y' })
    const swept = await files.sweepStaging(async (id, attempt) => id === 'live-0000' && attempt === 7)
    expect(swept).toBe(1)
    expect(readdirSync(join(root, 'outputs/.staging'))).toEqual(['live-0000-7'])
  })
})

describe('uploads', () => {
  it('keeps bytes under an id that cannot be a path', async () => {
    const kept = await files.storeUpload(bytes)
    expect(readFileSync(files.uploadPath(kept.id), 'utf8')).toBe('hello')
    expect(() => files.uploadPath('../secret')).toThrow(/no such upload/)
    await files.removeUpload(kept.id)
    expect(existsSync(files.uploadPath(kept.id))).toBe(false)
  })
})

describe('links', () => {
  const secret = 's'.repeat(64)
  const expires = new Date(Date.now() + 60_000)
  const query = (link: string) => Object.fromEntries(new URL(link, 'http://x').searchParams)

  it('hold for their path until they expire', () => {
    const link = signLink(secret, '/a/b.png', expires)
    expect(verifyLink(secret, '/a/b.png', query(link))).toBe(true)
    expect(verifyLink(secret, '/a/c.png', query(link))).toBe(false)
    expect(verifyLink('other', '/a/b.png', query(link))).toBe(false)
    expect(verifyLink(secret, '/a/b.png', query(link), new Date(Date.now() + 120_000))).toBe(false)
    expect(verifyLink(secret, '/a/b.png', { ...query(link), expires: '99999999999' })).toBe(false)
    expect(verifyLink(secret, '/a/b.png', {})).toBe(false)
  })
})

it('makes the secret once, for its owner alone', () => {
  const config = { roots: { state: join(root, 'state') } }
  const secret = readSecret(config)
  expect(secret).toMatch(/^[0-9a-f]{64}$/)
  expect(readSecret(config)).toBe(secret)
  expect(statSync(join(root, 'state/secret')).mode & 0o777).toBe(0o600)
})

it('takes references apart', () => {
  expect(parseReference('upload:abc_-123')).toEqual({ upload: 'abc_-123' })
  expect(parseReference('output:0199-aa/image-0.png')).toEqual({ job: '0199-aa', name: 'image-0.png' })
})
