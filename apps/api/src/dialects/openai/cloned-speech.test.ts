import { join } from 'node:path'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { family } from '../../../../../packages/speech/src/families/zipvoice/family.ts'
import {
  pitchOf,
  type ToyFolder,
  tones,
  toyFolder,
} from '../../../../../packages/speech/src/sherpa/toy-folder-under-test.ts'

const golden = join(import.meta.dirname, '../../../../../packages/speech/src/families/zipvoice/golden')
let folder: ToyFolder
let hearth: TestInstance
let client: OpenAI

beforeAll(async () => {
  folder = await toyFolder(family, golden)
  hearth = await startTestInstance({ models: [folder.checkpoint] })
  client = new OpenAI({ baseURL: `${hearth.url}/v1`, apiKey: hearth.key, maxRetries: 0 })
}, 240_000)
afterAll(async () => {
  await hearth?.stop()
  await folder?.remove()
})

it('speaks with the voice that was uploaded, through api, worker and engine', { timeout: 120_000 }, async () => {
  const form = new FormData()
  const voice = { model: folder.checkpoint.id, customName: 'hum', text: 'tea' }
  for (const [name, value] of Object.entries(voice)) form.append(name, value)
  form.append('file', new Blob([Uint8Array.from(await tones([6, 750]))]), 'hum.wav')
  const uploaded = await hearth.request('/v1/uploads/audio/voice', { method: 'POST', body: form })
  const { uri } = await uploaded.json()
  const order = { model: folder.checkpoint.id, voice: uri, input: 'Good morning.', response_format: 'pcm' } as const
  // The worker is linked a moment later.
  const speak = () => client.audio.speech.create(order)
  const answer = await vi.waitFor(speak, { timeout: 60_000, interval: 200 })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const samples = Float32Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(2 * at))
  // The vocoder's tones are 94 Hz apart.
  expect(Math.abs(pitchOf(samples, 24_000) - 750)).toBeLessThan(60)
})
