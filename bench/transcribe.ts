/**
 * A few minutes of speech written down by Whisper tiny.en on the processor: through our executor, and through the whole
 * Hearth (OpenAI's route), against faster-whisper called from Python with the same options and as many threads, in turns
 * within one run. All three must write the same words.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, type Model } from '@hearth/contract'
import { usablePython } from '@hearth/sidecar'
import { fakeContext } from '@hearth/testing'
import { placePython, pythonEnvironment } from '@hearth/testing/python-environment'
import { inTurn, spoken } from '../packages/speech/src/families/faster-whisper/clips-under-test.ts'
import { load } from '../packages/speech/src/families/faster-whisper/load.ts'
import { englishWhisper } from '../packages/speech/src/families/faster-whisper/starter-under-test.ts'
import { task } from '../packages/speech/src/transcribe/spec.ts'
import { wordErrors } from '../packages/speech/src/transcript/word-error-rate.ts'
import { startTestInstance, type TestInstance } from '../packages/testing/src/instance.ts'
import { type Bench, percentile, type Result } from './bench.ts'
import { openPeer } from './peer/python-peer.ts'
import { sentences } from './speech/sentences.ts'

const threads = 2
const rounds = 3

interface Heard {
  seconds: number
  text: string
}

export const bench: Bench = {
  name: 'transcribe',
  async run(print) {
    const missing = await pythonEnvironment('speech')
    if (missing !== undefined) throw new Error(missing)
    const python = await usablePython('speech')
    const clips = await spoken(sentences)
    const sound = inTurn(clips)
    const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-transcribe-'))
    await placePython(folder)
    const checkpoint = await englishWhisper()
    const env = { HEARTH_THREADS: String(threads) }
    const instance = await startTestInstance({ models: [checkpoint], data: folder, env })
    const model = await load(checkpoint, { device: 'cpu', deviceIndex: 0, threads })
    const peer = await openPeer<Heard>(
      python,
      [join(import.meta.dirname, 'transcribe.py'), checkpoint.dir, String(threads)],
      threads,
    )
    print(`${lengthOf(sound).toFixed(0)} s of speech, ${threads} threads; ${JSON.stringify(peer.versions)}`)
    const heard: Record<'executor' | 'hearth' | 'peer', Heard[]> = { executor: [], hearth: [], peer: [] }
    try {
      const byPeer = async (wave: Uint8Array) => {
        const path = join(folder, 'speech.wav')
        await writeFile(path, wave)
        return peer.ask({ path })
      }
      const round = async (wave: Uint8Array) => ({
        executor: await byExecutor(model, wave),
        hearth: await byHearth(instance, wave),
        peer: await byPeer(wave),
      })
      // Models are loaded, and code compiled.
      await round(inTurn(clips.slice(0, 1)))
      for (let count = 0; count < rounds; count++) {
        const all = await round(sound)
        for (const side of ['executor', 'hearth', 'peer'] as const) heard[side].push(all[side])
      }
    } finally {
      peer.close()
      await model.dispose()
      await instance.stop()
      await rm(folder, { recursive: true, force: true })
    }
    const text = heard.peer[0]?.text ?? ''
    const { errors, words } = wordErrors(sentences.join(' '), text)
    print(`words that differ from what was said: ${errors} of ${words}`)
    const length = lengthOf(sound)
    return [
      rate('seconds of sound a second, executor', heard.executor, heard.peer, length, 0.95),
      rate('seconds of sound a second, whole Hearth', heard.hearth, heard.peer, length, 0.9),
      same('words that differ from plain faster-whisper, executor', heard.executor, text),
      same('words that differ from plain faster-whisper, whole Hearth', heard.hearth, text),
    ]
  },
}

/** Of a WAV file of 16-bit mono samples. */
const lengthOf = (wave: Uint8Array): number => (wave.length - 44) / 2 / Buffer.from(wave).readUInt32LE(24)

async function byExecutor(model: Model, sound: Uint8Array): Promise<Heard> {
  const started = performance.now()
  const context = fakeContext({ references: { 'upload:the-speech': sound } })
  const { text } = task.output.parse(await execute(model, task, { audio: 'upload:the-speech' }, context))
  return { seconds: (performance.now() - started) / 1000, text }
}

async function byHearth(instance: TestInstance, sound: Uint8Array): Promise<Heard> {
  const started = performance.now()
  const body = new FormData()
  body.set('model', 'whisper-tiny-en')
  body.set('file', new File([new Uint8Array(sound)], 'speech.wav', { type: 'audio/wav' }))
  const response = await instance.request('/v1/audio/transcriptions', { method: 'POST', body })
  if (!response.ok) throw new Error(`the transcription answered ${response.status}: ${await response.text()}`)
  const { text } = (await response.json()) as { text: string }
  return { seconds: (performance.now() - started) / 1000, text }
}

function rate(
  metric: string,
  mine: readonly Heard[],
  theirs: readonly Heard[],
  length: number,
  target: number,
): Result {
  const of = (some: readonly Heard[]) =>
    length /
    percentile(
      some.map(({ seconds }) => seconds),
      0.5,
    )
  const [ours, peer] = [of(mine), of(theirs)]
  return { bench: 'transcribe', metric, ours, peer, ratio: ours / peer, target, ok: ours / peer >= target }
}

function same(metric: string, mine: readonly Heard[], text: string): Result {
  const ours = Math.max(...mine.map(heard => wordErrors(text, heard.text).errors))
  return { bench: 'transcribe', metric, ours, peer: 0, ratio: null, target: 0, ok: ours === 0 }
}
