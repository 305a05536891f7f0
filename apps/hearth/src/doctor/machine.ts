import { execFile } from 'node:child_process'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '@hearth/config'
import { humanBytes } from '@hearth/models'
import { type Finding, fail, note, ok } from './finding.ts'

const run = promisify(execFile)
const gibibyte = 2 ** 30

export function checkNode(): Finding {
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major >= 24) return ok('Node', process.versions.node)
  return fail(
    'Node',
    `${process.versions.node} is too old`,
    'start through `npm start` or `npx hearth`, which bring 24',
  )
}

export async function checkDisk(config: Config): Promise<Finding> {
  const { state } = config.roots
  const probe = join(state, `doctor-${process.pid}`)
  try {
    await mkdir(state, { recursive: true })
    await writeFile(probe, 'x', { flush: true })
    await rm(probe)
  } catch (error) {
    return fail('disk', `${state} cannot be written: ${(error as Error).message}`, 'set HEARTH_DATA to another folder')
  }
  const { bavail, bsize } = await statfs(state)
  const free = bavail * bsize
  const text = `${humanBytes(free)} free at ${config.data}`
  if (free < gibibyte / 2) return fail('disk', text, 'make room: below 0.5 GiB the database may stop')
  return free < 10 * gibibyte ? note('disk', text, 'most models take 2 to 12 GiB') : ok('disk', text)
}

export async function checkFfmpeg({ ffmpeg }: Pick<Config, 'ffmpeg'>): Promise<Finding> {
  const version = await firstLine(ffmpeg, ['-version'])
  if (version) return ok('ffmpeg', version)
  const remedy = 'apt install ffmpeg, or HEARTH_FFMPEG, for sound and video'
  return note('ffmpeg', `${ffmpeg} cannot be run; pictures work without`, remedy)
}

export async function checkPython(): Promise<Finding> {
  const version = await firstLine('python3', ['--version'])
  if (version) return ok('Python', version)
  return note('Python', 'is not installed; pictures work without', 'apt install python3 python3-venv, for speech')
}

async function firstLine(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, args, { timeout: 10_000 })
    return stdout.split('\n')[0]?.trim()
  } catch {
    return undefined
  }
}
