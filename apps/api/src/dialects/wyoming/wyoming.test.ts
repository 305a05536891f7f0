import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { pythonWith } from '@hearth/testing/python'
import { placePython, pythonEnvironment } from '@hearth/testing/python-environment'
import { freePort } from '@hearth/testing/services'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { englishWhisper } from '../../../../../packages/speech/src/families/faster-whisper/starter-under-test.ts'
import { starterVoice } from '../../../../../packages/speech/src/families/piper/starter-under-test.ts'

const run = promisify(execFile)
const program = fileURLToPath(new URL('./wyoming-client.py', import.meta.url))
const { python, missing } = await pythonWith('wyoming==1.10.2')
if (missing) console.warn(`skipped: ${missing}`)

const deaf = await pythonEnvironment('speech')

let hearth: TestInstance
let data: string
let port: number

async function client(...words: string[]) {
  const { stdout } = await run(python ?? '', [program, String(port), ...words], { timeout: 120_000 })
  return JSON.parse(stdout)
}

const post = (path: string, body: unknown) =>
  hearth.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'hearth-wyoming-'))
  if (!deaf) await placePython(data)
  hearth = await startTestInstance({ data, models: [await starterVoice(), await englishWhisper()] })
  port = await freePort()
  await post('/api/v1/keys', { name: 'home', scopes: ['tasks'] })
  expect((await post('/api/v1/doors', { dialect: 'wyoming', port, key: 'home' })).status).toBe(201)
  const speak = () => post('/api/v1/tasks/synthesise-speech/run', { input: { text: 'Hello.' } })
  await vi.waitFor(async () => expect((await speak()).status).toBe(200), { timeout: 60_000, interval: 200 })
}, 240_000)
afterAll(async () => {
  await hearth?.stop()
  await rm(data, { recursive: true })
})

describe.skipIf(missing)('the Wyoming door through its Python library', { timeout: 120_000 }, () => {
  it('tells what it can do', async () => {
    const { pong, info } = await client('describe')
    expect(pong).toEqual({ text: 'there?' })
    expect(info.tts).toMatchObject([
      {
        name: 'hearth',
        installed: true,
        supports_synthesize_streaming: true,
        voices: [{ name: 'piper-en-us-joe-medium', languages: ['en-US'], installed: true }],
      },
    ])
    expect(info.asr).toMatchObject([{ name: 'hearth', models: [{ name: 'whisper-tiny-en', languages: ['en'] }] }])
    expect(info.wake).toEqual([])
  })

  it('hears what it has said', async ({ skip }) => {
    if (deaf) return skip(deaf)
    const said = { model: 'piper-en-us-joe-medium', voice: 'alloy', input: 'Good morning. It is time for tea.' }
    const sound = await post('/v1/audio/speech', { ...said, response_format: 'wav' })
    const file = join(data, 'said.wav')
    await writeFile(file, Buffer.from(await sound.arrayBuffer()))
    const { events } = await client('hear', file, 'en-US')
    const types = events.map(({ type }: { type: string }) => type)
    expect([...new Set(types)]).toEqual(['transcript-start', 'transcript-chunk', 'transcript', 'transcript-stop'])
    const [whole] = events.filter(({ type }: { type: string }) => type === 'transcript')
    expect(whole).toMatchObject({ text: 'Good morning. It is time for tea.', language: 'en' })
    const pieces = events.filter(({ type }: { type: string }) => type === 'transcript-chunk')
    expect(
      pieces
        .map(({ text }: { text: string }) => text)
        .join('')
        .trim(),
    ).toBe(whole.text)
  })

  it('does not take one language for another', async ({ skip }) => {
    if (deaf) return skip(deaf)
    const { events } = await client('hear', join(data, 'said.wav'), 'zh')
    expect(events).toMatchObject([{ type: 'error', code: 'invalid-input' }])
  })

  it('speaks', async () => {
    const spoken = await client('speak', 'Good morning. It is time for tea.')
    expect(spoken).toMatchObject({ types: ['audio-start', 'audio-stop'], error: null, formats: [[22_050, 2, 1]] })
    expect(spoken.seconds).toBeGreaterThan(1.5)
    expect(spoken.seconds).toBeLessThan(8)
  })

  it('speaks text that comes in pieces, once', async () => {
    const whole = await client('speak', 'Good morning. It is time for tea.')
    const streamed = await client('speak', 'Good mor | ning. It is | time for tea.')
    expect(streamed).toMatchObject({ types: ['audio-start', 'audio-stop', 'synthesize-stopped'], error: null })
    expect(streamed.seconds).toBeCloseTo(whole.seconds, 1)
  })

  it('says what is wrong and ends the connection, for clients wait for ever', async () => {
    const refused = await client('speak', 'Say <break time="1s"/> this.')
    expect(refused).toMatchObject({ types: ['error'], error: { code: 'invalid-input', text: expect.any(String) } })
  })
})

describe('the Wyoming door', () => {
  const socket = async (): Promise<Socket> => {
    const made = connect(port, '127.0.0.1')
    made.on('error', () => undefined)
    await once(made, 'connect')
    return made
  }

  /** What comes back for these bytes until the other side ends. */
  async function answerTo(bytes: string | Uint8Array): Promise<string> {
    const made = await socket()
    made.write(bytes)
    const pieces: Buffer[] = []
    for await (const piece of made) pieces.push(piece)
    return Buffer.concat(pieces).toString()
  }

  it.each([
    ['a web page', 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'],
    ['no event', '{"type": 7}\n'],
    ['a list', '[]\n'],
    ['an endless line', 'x'.repeat(70_000)],
    ['too much data', '{"type":"ping","data_length":99999999}\n'],
    ['a length below nothing', '{"type":"ping","payload_length":-1}\n'],
    ['data that is no object', '{"type":"ping","data_length":2}\n[]'],
  ])('closes on %s without a word', async (_what, bytes) => {
    expect(await answerTo(bytes)).toBe('')
  })

  it.each([
    ['no sound', '{"type":"transcribe"}\n{"type":"audio-stop"}\n', 'there was no sound'],
    ['an odd width', '{"type":"audio-start","data":{"rate":16000,"width":1,"channels":1}}\n', 'width'],
    ['no text', '{"type":"synthesize","data":{}}\n', 'text'],
  ])('tells a client of %s', async (_what, lines, said) => {
    const answer = await answerTo(lines)
    expect(answer).toContain('"type":"error"')
    expect(answer).toContain(said)
  })

  it('reads events that come a byte at a time, and passes over unknown ones', async () => {
    const made = await socket()
    for (const byte of Buffer.from('{"type":"run-pipeline"}\n{"type":"ping","data_length":13}\n{"text":"ö"}'))
      made.write(Buffer.from([byte]))
    const [answer] = await once(made, 'data')
    expect(String(answer)).toContain('{"text":"ö"}')
    made.destroy()
  })

  it('gives up what a client that leaves has asked for', async () => {
    const made = await socket()
    const text = 'This is one of very many sentences. '.repeat(400)
    made.write(`${JSON.stringify({ type: 'synthesize', data: { text } })}\n`)
    await once(made, 'data')
    made.destroy()
    const idle = async () => expect((await hearth.engine('piper-en-us-joe-medium')).state).toBe('idle')
    await vi.waitFor(idle, { timeout: 20_000, interval: 100 })
  })
})
