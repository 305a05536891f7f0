import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { placePython, pythonEnvironment } from '@hearth/testing/python-environment'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { starterChat } from '../../../../../../packages/language/src/families/llama/starter-under-test.ts'
import { englishWhisper } from '../../../../../../packages/speech/src/families/faster-whisper/starter-under-test.ts'
import { starterVoice } from '../../../../../../packages/speech/src/families/piper/starter-under-test.ts'
import { type RawClient, rawClient } from './scripted-conversation-under-test.ts'

const missing = await pythonEnvironment('speech')
const question = 'What is the capital of France?'
/** Goes on for long. */
const tale = 'Tell me a long story about the sea.'
const silence = Buffer.alloc(48 * 1500)
let hearth: TestInstance
let data: string
let asked: Buffer

async function speak(input: string): Promise<Buffer> {
  const response = await hearth.request('/v1/audio/speech', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'piper-en-us-joe-medium', voice: 'alloy', input, response_format: 'pcm' }),
  })
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

async function talk(session: object): Promise<RawClient> {
  const url = `${hearth.url.replace('http', 'ws')}/v1/realtime?model=smollm2-135m`
  const headers = { authorization: `Bearer ${hearth.key}`, 'openai-beta': 'realtime=v1' }
  const client = rawClient(url, { headers })
  await client.next('session.created')
  // Only the former words have a temperature: without one a small model says what it likes.
  const usual = { instructions: 'You are a helpful assistant.', temperature: 0 }
  client.send({ type: 'session.update', session: { ...usual, ...session } })
  await client.next('session.updated')
  return client
}

function say(client: RawClient, sound: Buffer): void {
  for (let at = 0; at < sound.length; at += 9600) {
    client.send({ type: 'input_audio_buffer.append', audio: sound.subarray(at, at + 9600).toString('base64') })
  }
}

describe.skipIf(missing)('a spoken conversation with a chat, a voice and two ears', () => {
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'hearth-realtime-'))
    await placePython(data)
    const models = [await starterChat(), await starterVoice(), await englishWhisper()]
    hearth = await startTestInstance({ data, models, env: { HEARTH_MEMORY_GB: '4' } })
    // The worker is linked a moment later.
    asked = await vi.waitFor(() => speak(question), { timeout: 60_000, interval: 200 })
  }, 240_000)
  afterAll(async () => {
    await hearth?.stop()
    await rm(data, { recursive: true })
  })

  it('hears a question, writes it down and answers aloud', async () => {
    const client = await talk({})
    say(client, Buffer.concat([silence, asked, silence]))
    const { audio_start_ms } = await client.next('input_audio_buffer.speech_started')
    const { audio_end_ms } = await client.next('input_audio_buffer.speech_stopped')
    await client.next('input_audio_buffer.committed')
    // 300 ms before the voice, 500 ms behind it.
    expect(Math.abs(Number(audio_start_ms) - 1200)).toBeLessThan(150)
    expect(Math.abs(Number(audio_end_ms) - 2000 - asked.length / 48)).toBeLessThan(500)
    const { transcript } = await client.next('conversation.item.input_audio_transcription.completed')
    expect(transcript).toBe(question)
    const { response } = await client.next('response.done')
    expect(response).toMatchObject({
      status: 'completed',
      output: [{ content: [{ type: 'audio', transcript: 'The capital of France is Paris.' }] }],
    })
    const sound = client.events
      .filter(({ type }) => type === 'response.audio.delta')
      .map(({ delta }) => Buffer.from(String(delta), 'base64'))
    expect(Buffer.concat(sound).length / 48_000).toBeGreaterThan(1)
    client.socket.close()
  }, 180_000)

  it('stops speaking when it is spoken to', async () => {
    const client = await talk({ max_response_output_tokens: 2000 })
    const content = [{ type: 'input_text', text: tale }]
    client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    client.send({ type: 'response.create' })
    await client.next('response.audio.delta')
    say(client, Buffer.concat([silence, asked, silence]))
    await client.next('input_audio_buffer.speech_started')
    const { response } = await client.next('response.done')
    expect(response).toMatchObject({ status: 'cancelled', status_details: { reason: 'turn_detected' } })
    expect((await client.next('response.done')).response).toMatchObject({ status: 'completed' })
    client.socket.close()
  }, 180_000)

  it.each([
    ['a model', async () => (await hearth.engine('smollm2-135m')).pid],
    ['its worker', async () => hearth.pids().worker ?? Number.NaN],
  ])(
    'outlives the end of %s in the middle of an answer',
    async (_, pid) => {
      const client = await talk({ modalities: ['text'], max_response_output_tokens: 2000 })
      const content = [{ type: 'input_text', text: tale }]
      client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
      client.send({ type: 'response.create' })
      await client.next('response.text.delta')
      process.kill(await pid(), 'SIGKILL')
      const { response } = await client.next('response.done')
      expect(response).toMatchObject({ status: 'failed', status_details: { error: { type: 'server_error' } } })
      expect((await client.next('error')).error).toMatchObject({ type: 'server_error' })
      client.send({ type: 'response.create', response: { max_output_tokens: 4 } })
      expect((await client.next('response.done')).response).toMatchObject({
        status: 'incomplete',
        status_details: { reason: 'max_output_tokens' },
      })
      client.socket.close()
    },
    180_000,
  )
})
