import { encodeAudio } from '@hearth/media'
import type { Transcript, TranscriptChunk, TranscriptSegment } from '@hearth/speech/transcript-fields'
import OpenAI, { toFile } from 'openai'
import { startScriptedChat } from '../scripted-chat-under-test.ts'
import { dialect } from './index.ts'

const said = (id: number, start: number, end: number, text: string, words?: TranscriptSegment['words']) => ({
  id,
  start,
  end,
  text,
  seek: 0,
  tokens: [50_364, 938],
  temperature: 0,
  avg_logprob: -0.25,
  compression_ratio: 1.1,
  no_speech_prob: 0.01,
  ...(words ? { words } : {}),
})
const word = (word: string, start: number, end: number) => ({ word, start, end, probability: 0.9 })
export const segments = [
  said(0, 0, 1.5, ' Good morning.', [word(' Good', 0, 0.5), word(' morning.', 0.5, 1.5)]),
  said(1, 1.5, 2.25, ' Tea?', [word(' Tea?', 1.5, 2.25)]),
]
/** What was said: two segments, one with two words. */
export const transcript: Transcript = {
  text: 'Good morning. Tea?',
  language: 'en',
  language_probability: 0.99,
  seconds: 2.25,
  segments,
  files: [],
}
export const chunks = segments.map(segment => ({ segment }))
export const usage = { type: 'duration', seconds: 3 }
/** The segments as clients see them. */
export const plain = segments.map(({ words: _, ...segment }) => segment)

export type Hearing = Awaited<ReturnType<typeof startHearing>>

/** OpenAI's door with a model that hears what the test wants it to, and clients for it. */
export async function startHearing() {
  const door = await startScriptedChat<TranscriptChunk>(dialect)
  const encoder = encodeAudio({ format: 'wav', sampleRate: 16_000 })
  await encoder.write(Float32Array.from({ length: 1600 }, (_, at) => Math.sin(at / 10)))
  const sound = new Uint8Array(await encoder.end())
  const send = (body: BodyInit, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${door.key}`
    const url = `${door.url}/v1/audio/transcriptions`
    return fetch(url, { method: 'POST', headers: { ...headers, authorization }, body })
  }
  return {
    door,
    sound,
    client: new OpenAI({ baseURL: `${door.url}/v1`, apiKey: door.key, maxRetries: 0 }),
    /** What the client sends, and what else it wishes. */
    wish: async <T extends object>(more: T) => ({
      model: 'scripted',
      file: await toFile(sound, 'speech.wav'),
      ...more,
    }),
    /** A body as it is. */
    send,
    /** A form as other clients send it. */
    form(fields: [string, string | Blob, string?][]) {
      const body = new FormData()
      for (const [name, value, fileName] of fields) {
        if (typeof value === 'string') body.append(name, value)
        else body.append(name, value, fileName)
      }
      return send(body)
    },
  }
}
