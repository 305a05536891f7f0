import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute, type Model } from '@hearth/contract'
import { startResampler } from '@hearth/media'
import { task as detectSpeech } from '@hearth/speech/detect-speech/spec'
import { fakeContext } from '@hearth/testing'
import catalogue from '../../../../packages/speech/src/families/silero-vad/checkpoints.json' with { type: 'json' }
import { clips, madeClip } from '../../../../packages/speech/src/families/silero-vad/clips-under-test.ts'
import { family } from '../../../../packages/speech/src/families/silero-vad/family.ts'
import { load } from '../../../../packages/speech/src/families/silero-vad/load.ts'
import type { LiveAnswer, LiveLane, LiveRun } from '../live-lane/live-lane.ts'

const dir = join(import.meta.dirname, '../../../../models/starter/detect-speech')

/** The starter's model of voices in this process, behind streams as a worker has them. */
export interface Silero {
  live: Pick<LiveLane, 'open' | 'run' | 'close'>
  model: Model
  /** Forgets what the streams have heard, as another worker would know nothing of it. */
  forget(): void
}

export async function startSilero(): Promise<Silero> {
  const entry = checkpointEntry.parse(catalogue[0])
  const checkpoint: Checkpoint = { ...entry, family: family.id, dir, digest: 'unverified', tasks: [detectSpeech.id] }
  const model = await load(checkpoint, { device: 'cpu', deviceIndex: 0, threads: 1 })
  const memories = new Map<string, Map<string, unknown>>()
  let opened = 0
  const run = async ({ input, media, stream = '' }: LiveRun): Promise<LiveAnswer> => {
    const memory = memories.get(stream) ?? new Map<string, unknown>()
    memories.set(stream, memory)
    const context = fakeContext({ references: Object.fromEntries(media), memory })
    const output = await execute(model, detectSpeech, input, context)
    return { output, files: [], model: checkpoint.id, timings: { engine_ms: 1, total_ms: 1 } }
  }
  return {
    model,
    live: {
      run,
      async open() {
        opened += 1
        return { stream: `stream-${opened}`, model: checkpoint.id }
      },
      close: stream => void memories.delete(stream),
    },
    forget: () => memories.clear(),
  }
}

/** A clip of somebody who speaks, at 16,000 samples a second. */
export const spokenClip = async () => madeClip(clips.find(({ name }) => name === 'speech')?.parts ?? [])

/** As a client sends it: 24,000 samples of 16 bits a second. */
export function clientSound(samples: Int16Array): Buffer {
  const resampler = startResampler(16_000, 24_000)
  const floats = Float32Array.from(samples, sample => sample / 32_768)
  const parts = [resampler.write(floats), resampler.end()]
  return Buffer.concat(
    parts.map(part => {
      const bytes = Buffer.alloc(2 * part.length)
      for (const [at, value] of part.entries()) {
        bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768))), 2 * at)
      }
      return bytes
    }),
  )
}
