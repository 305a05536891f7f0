// What must be there before TypeScript can run: the packages, the pinned Node and, for `start`, the built studio.
// Runs on Node 20 without dependencies. Speaks on stderr, so that a command's stdout stays its own.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repo = resolve(fileURLToPath(import.meta.url), '../..')
const modules = join(repo, 'node_modules')
const installStamp = join(modules, '.hearth-lock')
const studio = join(repo, 'apps/studio')
const studioStamp = join(studio, 'out/.hearth-sources')

/** The pinned Node, which strips types. */
export const node = join(modules, '.bin/node')

/**
 * Installs and builds what is missing or stale.
 * @param {{ studio: boolean }} needs whether the studio is to be built too
 */
export async function bootstrap(needs) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Hearth boots on Node 20.19 or later; this is ${process.versions.node}.`, 'Install a newer one: nodejs.org')
  }
  await install()
  if (needs.studio) await buildStudio()
}

/**
 * Goes on as another program on the pinned Node.
 * @param {string[]} program script and arguments
 */
export function handOver(program) {
  const bin = join(modules, '.bin')
  const env = {
    // Stripped types are kept, so that the next start is sooner.
    NODE_COMPILE_CACHE: join(modules, '.cache/hearth-compiled'),
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
  }
  // Where Node can, it becomes the program: one process less, and every signal arrives.
  if (process.execve) process.execve(node, [node, ...program], env)
  // It hears our end by the channel, even where we are killed; a terminal's Ctrl-C reaches it by itself.
  const child = spawn(node, program, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('error', error => fail(`${node} does not run: ${error.message}`, 'Delete node_modules and start again.'))
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}

async function install() {
  const lock = readFileSync(join(repo, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex')
  if (existsSync(node) && existsSync(installStamp) && readFileSync(installStamp, 'utf8') === digest) return
  if (!existsSync(node) || !isInstalled(JSON.parse(lock.toString()))) {
    const total = countWanted(JSON.parse(lock.toString()))
    // A folder that npm finished once is brought up to date; anything else is made anew.
    const command = existsSync(join(modules, '.package-lock.json')) ? 'install' : 'ci'
    await step('installing packages', npm([command, '--no-fund', '--no-audit', '--loglevel=error']), {
      env: { ONNXRUNTIME_NODE_INSTALL: 'skip' },
      remedy: 'Check the network and the npm registry (npm ping), then run this again.',
      state: () => `${countPackages()} of about ${total}`,
    })
  }
  writeFileSync(installStamp, digest)
}

/** Whether npm's own record of what it installed agrees with the lock file. */
function isInstalled(lock) {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return false
  const there = JSON.parse(readFileSync(record, 'utf8')).packages
  return Object.entries(lock.packages).every(
    ([path, entry]) => path === '' || !path.includes('node_modules/') || fits(entry, there[path]),
  )
}

function fits(wanted, found) {
  if (found === undefined) return Boolean(wanted.optional || wanted.devOptional || wanted.peer)
  return wanted.link ? found.link === true : wanted.version === found.version
}

function npm(args) {
  // biome-ignore lint/suspicious/noUndeclaredEnvVars: npm sets it; turbo does not run this
  const path = process.env.npm_execpath
  return path?.endsWith('.js') ? [process.execPath, path, ...args] : ['npm', ...args]
}

/** Packages of the lock file that end up in the top folder on this platform. */
function countWanted(lock) {
  const suits = (list, own) => list === undefined || list.includes(own)
  return Object.entries(lock.packages).filter(
    ([path, { os, cpu }]) =>
      /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && suits(os, process.platform) && suits(cpu, process.arch),
  ).length
}

function countPackages() {
  if (!existsSync(modules)) return 0
  const names = readdirSync(modules).filter(name => !name.startsWith('.'))
  const scoped = names.filter(name => name.startsWith('@'))
  return names.length - scoped.length + scoped.flatMap(scope => readdirSync(join(modules, scope))).length
}

async function buildStudio() {
  const digest = studioDigest()
  if (existsSync(studioStamp) && readFileSync(studioStamp, 'utf8') === digest) return
  await step('building the studio', [node, join(modules, 'next/dist/bin/next'), 'build'], {
    cwd: studio,
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    remedy: 'See the lines above; `npx next build apps/studio` shows them again.',
  })
  mkdirSync(join(studio, 'out'), { recursive: true })
  writeFileSync(studioStamp, digest)
}

/** A digest over everything that ends up in the browser: the studio, what panels are made of, panels and specs. */
function studioDigest() {
  const whole = ['apps/studio', 'packages/ui', 'packages/contract', 'packages/registry']
  const inBrowser = path =>
    whole.some(folder => path.startsWith(folder + sep)) || /(\.tsx|spec\.ts|messages.*)$/.test(path)
  const files = [...walk(join(repo, 'apps/studio')), ...walk(join(repo, 'packages'))]
    .map(path => relative(repo, path))
    .filter(path => inBrowser(path) && !/\.test\.tsx?$/.test(path))
  const hash = createHash('sha256')
  for (const path of ['package-lock.json', ...files.sort()]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(repo, path)))
      .update('\0')
  }
  return hash.digest('hex')
}

const unread = new Set(['node_modules', 'out', '.next', 'e2e', 'test-results'])

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (unread.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* walk(path)
    else if (/\.(ts|tsx|js|mjs|css|json|svg|png|woff2|ico)$/.test(entry.name) && entry.name !== 'next-env.d.ts')
      yield path
  }
}

/** Runs one slow program: a line when it begins, one every few seconds, one with its time; its output if it fails. */
async function step(title, [command, ...args], { cwd = repo, env = {}, remedy, state = () => '' }) {
  const began = Date.now()
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(0)} s`
  say(`${title} ...`)
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', piece => {
      output += piece
    })
  }
  const timer = setInterval(() => say(`${title} ... ${[seconds(), state()].filter(Boolean).join(', ')}`), 5000)
  const code = await new Promise(done => {
    child.once('error', error => {
      output += error.message
      done(1)
    })
    child.once('close', done)
  })
  clearInterval(timer)
  if (code !== 0) fail(`${output.trim()}\n\n${title} failed after ${seconds()}.`, remedy)
  say(`${title}: done in ${seconds()}`)
}

function say(line) {
  process.stderr.write(`  ${line}\n`)
}

function fail(message, remedy) {
  process.stderr.write(`${message}\n${remedy}\n`)
  process.exit(1)
}
