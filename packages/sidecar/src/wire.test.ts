import { spawn } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { sidecarFolder } from './environment.ts'
import { findInterpreter } from './interpreter.ts'
import { Sidecar } from './sidecar.ts'

/** The wire's both ends: its own code in Python, with handlers that a test can look through. */
const handlers = `
import hashlib, os
from hearth_sidecar.wire import Refusal, serve

def count(params, run):
    for number in range(params["to"]):
        run.check()
        run.progress(number + 1, params["to"])
        run.chunk({"number": number})
    run.log("warn", "that was all")
    return {"sum": sum(range(params["to"]))}

def prints(params, run):
    print("noise from a library")
    os.system("echo noise from native code")
    return {"heard": params["text"]}

def refuse(params, run):
    raise Refusal("invalid-input", "too loud", "Turn it down.", ["volume"])

def fail(params, run):
    raise ValueError("nobody foresaw this")

def compute(params, run):
    run.chunk("begun")
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 2_000_000_000)

def wait(params, run):
    run.chunk("begun")
    while True:
        run.check()

def die(params, run):
    os.write(2, b"the last words\\n")
    os._exit(9)

def babble(params, run):
    run._wire._sink.write(b"no json\\n")
    run._wire._sink.flush()
    run.progress(1, 1)

serve({"count": count, "prints": prints, "refuse": refuse, "fail": fail, "compute": compute, "wait": wait, "die": die, "babble": babble})
`

const interpreter = await findInterpreter()
const open: Sidecar[] = []
function start() {
  const child = spawn(interpreter, ['-c', handlers], { cwd: sidecarFolder(), stdio: ['pipe', 'pipe', 'pipe'] })
  const sidecar = new Sidecar(child, 'test')
  open.push(sidecar)
  return { sidecar, child }
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(sidecar => sidecar.end()))
})
const anything = { result: z.unknown() }

describe('a sidecar', () => {
  it('answers one request after another, with what comes between', async () => {
    const { sidecar } = start()
    const heard: unknown[] = []
    const run = {
      result: z.object({ sum: z.number() }),
      progress: (done: number, total: number) => void heard.push([done, total]),
      chunk: (value: unknown) => void heard.push(value),
      log: (level: string, message: string) => void heard.push(`${level}: ${message}`),
    }
    const both = await Promise.all([
      sidecar.request('count', { to: 2 }, run),
      sidecar.request('count', { to: 3 }, anything),
    ])
    expect(both).toEqual([{ sum: 1 }, { sum: 3 }])
    expect(heard).toEqual([[1, 2], { number: 0 }, [2, 2], { number: 1 }, 'warn: that was all'])
    expect(sidecar.bytes).toBeGreaterThan(2 ** 20)
  })

  it('is not disturbed by what libraries print', async () => {
    const { sidecar } = start()
    const text = 'Grüße, 世界 \n "quoted"'
    expect(await sidecar.request('prints', { text }, anything)).toEqual({ heard: text })
  })

  it('tells known failures as they are, and others with their kind', async () => {
    const { sidecar } = start()
    await expect(sidecar.request('refuse', {}, anything)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'too loud',
      hint: 'Turn it down.',
      path: ['volume'],
    })
    await expect(sidecar.request('fail', {}, anything)).rejects.toMatchObject({
      code: 'internal',
      message: 'ValueError: nobody foresaw this',
    })
    await expect(sidecar.request('none', {}, anything)).rejects.toMatchObject({ code: 'internal' })
    expect(await sidecar.request('count', { to: 1 }, anything)).toEqual({ sum: 0 })
  })

  it('leaves a cancelled request, waiting or under way, and takes the next', async () => {
    const { sidecar } = start()
    const [first, second] = [new AbortController(), new AbortController()]
    const heard: unknown[] = []
    const running = sidecar.request(
      'wait',
      {},
      {
        ...anything,
        signal: first.signal,
        chunk: value => {
          heard.push(value)
          second.abort()
          first.abort()
        },
      },
    )
    const waiting = sidecar.request(
      'wait',
      {},
      { ...anything, signal: second.signal, chunk: value => void heard.push(value) },
    )
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    await expect(sidecar.request('wait', {}, { ...anything, signal: first.signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(heard).toEqual(['begun'])
    expect(await sidecar.request('count', { to: 3 }, anything)).toEqual({ sum: 3 })
  })

  it('stops the run whose receiver fails', async () => {
    const { sidecar } = start()
    const chunk = () => {
      throw new Error('the disk is full')
    }
    await expect(sidecar.request('wait', {}, { ...anything, chunk })).rejects.toThrow('the disk is full')
    expect(await sidecar.request('count', { to: 1 }, anything)).toEqual({ sum: 0 })
  })

  it('is told to have crashed, with its last words, and refuses what comes later', async () => {
    const { sidecar } = start()
    const crash = { code: 'engine-crashed', message: expect.stringMatching(/exit code 9.*the last words/) }
    await expect(sidecar.request('die', {}, anything)).rejects.toMatchObject(crash)
    expect([sidecar.ended, sidecar.bytes]).toEqual([true, 0])
    await expect(sidecar.request('count', { to: 1 }, anything)).rejects.toMatchObject(crash)
  })

  it('is ended where it cannot be understood', async () => {
    const { sidecar } = start()
    await expect(sidecar.request('babble', {}, anything)).rejects.toThrow(/JSON/)
    const bad = { result: z.object({ sum: z.string() }) }
    await expect(start().sidecar.request('count', { to: 1 }, bad)).rejects.toMatchObject({ code: 'internal' })
  })

  it('ends with its input while native code computes', async () => {
    const { sidecar, child } = start()
    const ended = sidecar.request('compute', {}, { ...anything, chunk: () => child.stdin.end() })
    await expect(ended).rejects.toMatchObject({
      code: 'engine-crashed',
      message: expect.stringContaining('exit code 0'),
    })
  })
})
