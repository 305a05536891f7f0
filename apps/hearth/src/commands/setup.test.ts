import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { placePython, pythonEnvironment } from '@hearth/testing/python-environment'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** The command as a program. Making an environment is tested where that is written, in packages/sidecar. */
const main = join(import.meta.dirname, '../main.ts')
const missing = await pythonEnvironment('speech')

let data: string
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'hearth-setup-'))
})
afterEach(() => rm(data, { recursive: true }))

async function hearth(args: string[], more: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, HEARTH_DATA: data, ...more } })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      text[name] += piece
    })
  }
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  return { code, ...text }
}

describe('hearth setup', () => {
  it('lists environments with what to do about them', async () => {
    expect(await hearth(['setup'])).toMatchObject({
      code: 0,
      stdout: 'speech      not installed -> hearth setup speech\n',
    })
    await mkdir(join(data, '.hearth/python/speech-0123456789ab'), { recursive: true })
    expect((await hearth(['setup'])).stdout).toContain('of another version -> hearth setup speech')
  })

  it.skipIf(missing)('is quick where there is nothing to do', async () => {
    await placePython(data)
    expect(await hearth(['setup'])).toMatchObject({ code: 0, stdout: 'speech      ready\n' })
    const { code, stdout, stderr } = await hearth(['setup', 'speech'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`speech is ready: ${data}`)
  })

  it('says what is missing, and what to call', async () => {
    const bare = await hearth(['setup', 'speech'], { PATH: data })
    expect(bare.code).toBe(1)
    expect(bare.stderr).toMatch(/Python is not installed\n.*apt install python3/)
    expect(await hearth(['setup', 'singing'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/there is no environment singing\n.*speech/),
    })
    expect((await hearth(['setup', 'speech', 'more'])).code).toBe(2)
  })
})
