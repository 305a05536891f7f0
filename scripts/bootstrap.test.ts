import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

let dir: string

/** A checkout of nothing but the bootstrap, with an npm and a Node that only write down what they are asked for. */
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hearth-bootstrap-'))
  await mkdir(join(dir, 'scripts'))
  for (const name of ['bootstrap.mjs', 'start.mjs'])
    await cp(join(import.meta.dirname, name), join(dir, 'scripts', name))
  await write('apps/studio/src/page.tsx', 'one')
  await write('packages/image/src/thing/panel.tsx', 'one')
  await write('packages/image/src/server.ts', 'one')
  await lock('1.0.0')
  await write('npm.js', fakeNpm)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const fakeNpm = `
  const { appendFileSync, cpSync, mkdirSync, writeFileSync } = require('node:fs')
  appendFileSync('asked', 'npm ' + process.argv[2] + ' ' + process.env.ONNXRUNTIME_NODE_INSTALL + '\\n')
  if (process.env.FAIL) { console.error('no network'); process.exit(1) }
  mkdirSync('node_modules/.bin', { recursive: true })
  cpSync('package-lock.json', 'node_modules/.package-lock.json')
  writeFileSync('node_modules/.bin/node', '#!/bin/sh\\necho "node $*" | sed "s|$PWD/||g; s|--began=.*|--began|" >> $ASKED\\n', { mode: 0o755 })
`

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(dir, path, '..'), { recursive: true })
  await writeFile(join(dir, path), text)
}

const lock = (version: string) =>
  write('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/a': { version } } }))

async function start(args: string[] = [], more: Record<string, string> = {}) {
  const env = { ...process.env, npm_execpath: join(dir, 'npm.js'), ASKED: join(dir, 'asked'), ...more }
  await rm(join(dir, 'asked'), { force: true })
  const run = promisify(execFile)(process.execPath, [join(dir, 'scripts/start.mjs'), ...args], { cwd: dir, env })
  const { stdout, stderr, code } = await run.then(
    ended => ({ ...ended, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  )
  const asked = (await readFile(join(dir, 'asked'), 'utf8')).trim().replaceAll(`${dir}/`, '').split('\n')
  return { asked, stdout, stderr, code }
}

const build = 'node node_modules/next/dist/bin/next build'
const main = 'node apps/hearth/src/main.ts'

test('installs and builds what is missing, and only then', async () => {
  const first = await start()
  expect(first.asked).toEqual(['npm ci skip', build, `${main} start --began`])
  expect(first.stderr).toMatch(/installing packages: done in \d+ s.*building the studio: done in \d+ s/s)
  expect(first.stdout).toBe('')
  expect((await start(['--prompt', 'red apple'])).asked).toEqual([`${main} start --prompt red apple --began`])
})

test('brings up to date what is stale', async () => {
  await start()
  await write('packages/image/src/thing/panel.tsx', 'two')
  expect((await start()).asked).toEqual([build, `${main} start --began`])
  await write('packages/image/src/server.ts', 'two')
  expect((await start()).asked).toEqual([`${main} start --began`])
  await lock('2.0.0')
  expect((await start()).asked).toEqual(['npm install skip', build, `${main} start --began`])
})

test('takes what npm has installed by hand', async () => {
  await start()
  await rm(join(dir, 'node_modules/.hearth-lock'))
  expect((await start()).asked).toEqual([`${main} start --began`])
})

test('other commands do not wait for the studio', async () => {
  expect((await start(['--', 'key', 'create', 'bob'])).asked).toEqual(['npm ci skip', `${main} key create bob`])
})

test('a failure shows what was said, and what to do', async () => {
  const failed = await start([], { FAIL: '1' })
  expect(failed.code).toBe(1)
  expect(failed.asked).toEqual(['npm ci skip'])
  expect(failed.stderr).toMatch(/no network.*failed after.*Check the network/s)
})
