import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { environmentNames, environmentsFolder, findEnvironment, usablePython } from './environment.ts'
import { makeEnvironment } from './make-environment.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hearth-environment-'))
  vi.stubEnv('HEARTH_DATA', root)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true })
})

async function program(folder: string, name: string, script: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, name), 0o755)
}

describe('an environment', () => {
  it('is ready, of another version or missing', async () => {
    expect(await environmentNames()).toContain('speech')
    const { dir, state } = await findEnvironment('speech')
    expect(state).toBe('missing')
    await expect(usablePython('speech')).rejects.toMatchObject({
      code: 'unavailable',
      hint: 'Run `hearth setup speech`.',
    })
    await mkdir(join(environmentsFolder(), 'speech-0123456789ab'), { recursive: true })
    expect((await findEnvironment('speech')).state).toBe('outdated')
    await expect(usablePython('speech')).rejects.toThrow(/another version/)
    await program(join(dir, 'bin'), 'python', 'exit 0')
    expect(await findEnvironment('speech')).toMatchObject({ state: 'ready', python: join(dir, 'bin/python') })
    expect(await usablePython('speech')).toBe(join(dir, 'bin/python'))
    await expect(findEnvironment('singing')).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringMatching(/speech/),
    })
  })

  it('is missing where its interpreter has gone', async () => {
    const { dir } = await findEnvironment('speech')
    await mkdir(join(dir, 'bin'), { recursive: true })
    await symlink(join(root, 'gone'), join(dir, 'bin/python'))
    expect((await findEnvironment('speech')).state).toBe('missing')
  })
})

describe('making one', () => {
  const bin = () => join(root, 'bin')
  /** An interpreter that does as asked without a network: `venv` copies it, `pip` says its piece. */
  const interpreter = (pip: string) =>
    program(
      bin(),
      'python3',
      `case "$*" in
        *version_info*) echo 3.12;;
        *venv*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python";;
        *pip*) ${pip};;
      esac`,
    )
  beforeEach(() => vi.stubEnv('PATH', `${bin()}:/usr/bin:/bin`))

  it('says what it does, takes its place at once and clears away older ones', async () => {
    const old = join(environmentsFolder(), 'speech-0123456789ab')
    await mkdir(old, { recursive: true })
    await interpreter('echo Collecting everything')
    const lines: string[] = []
    const made = await makeEnvironment('speech', { onLine: line => void lines.push(line) })
    expect(made.state).toBe('ready')
    expect(lines).toEqual(['Making an environment with python3', 'Collecting everything'])
    expect(await readdir(environmentsFolder())).toEqual([made.dir.split('/').at(-1)])
    await interpreter('exit 1')
    expect(await makeEnvironment('speech')).toEqual(made)
  })

  it('puts a broken one right', async () => {
    const { dir } = await findEnvironment('speech')
    await mkdir(join(dir, 'lib'), { recursive: true })
    await interpreter('echo fine')
    expect((await makeEnvironment('speech')).state).toBe('ready')
  })

  it('leaves nothing behind where pip fails, and says why and what to do', async () => {
    await interpreter('echo "ERROR: No matching distribution found for numpy" >&2; exit 1')
    await expect(makeEnvironment('speech')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('No matching distribution found for numpy'),
      hint: expect.stringContaining('HEARTH_PYPI_INDEX'),
    })
    expect(await readdir(environmentsFolder())).toEqual([])
  })

  it('says what to install where there is no Python, none that fits, or no venv', async () => {
    vi.stubEnv('PATH', bin())
    await expect(makeEnvironment('speech')).rejects.toMatchObject({
      message: 'Python is not installed',
      hint: expect.stringMatching(/apt install/),
    })
    await program(bin(), 'python3', 'echo 3.8')
    await expect(makeEnvironment('speech')).rejects.toThrow('python3 is 3.8')
    await program(
      bin(),
      'python3',
      'case "$*" in *version_info*) echo 3.11;; *) echo "No module named venv" >&2; exit 1;; esac',
    )
    await expect(makeEnvironment('speech')).rejects.toMatchObject({
      message: expect.stringMatching(/No module named venv/),
      hint: expect.stringMatching(/python3-venv/),
    })
  })
})
