import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, execute, type Family, type Model, type Task } from '@hearth/contract'
import { encodeAudio } from '@hearth/media'
import { fakeContext } from '@hearth/testing'
import { starterVoice } from '../families/piper/starter-under-test.ts'
import { espeakFolder } from './espeak-data.ts'
import { metadataProps } from './onnx-metadata.ts'
import { field } from './protobuf.ts'

/** A folder with a family's smallest weights in it, to be changed by a test. */
export interface ToyFolder {
  checkpoint: Checkpoint
  path(name: string): string
  /** Says something else of a graph: the last value of a name counts, as it does for sherpa. */
  say(name: string, key: string, value: string): Promise<void>
  /** As it was at first. */
  restore(name: string): Promise<void>
  remove(): Promise<void>
}

/** @param golden the weights. eSpeak's data of the starter's voice are put beside them. */
export async function toyFolder(family: Family, golden: string): Promise<ToyFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'hearth-toy-'))
  await cp(golden, dir, { recursive: true })
  const starter = await starterVoice()
  await symlink(join(starter.dir, espeakFolder), join(dir, espeakFolder))
  const path = (name: string) => join(dir, name)
  return {
    checkpoint: {
      ...starter,
      id: `toy-${family.id}`,
      family: family.id,
      dir,
      bytes: 1 << 20,
      tasks: [...family.tasks],
    },
    path,
    async say(name, key, value) {
      const extra = field(metadataProps, [field(1, key), field(2, value)])
      await writeFile(path(name), Buffer.concat([await readFile(join(golden, name)), extra]))
    },
    restore: name => cp(join(golden, name), path(name)),
    remove: () => rm(dir, { recursive: true }),
  }
}

/** A part of a sound: seconds of a tone; 0 Hz is silence. */
export type Tone = readonly [seconds: number, hertz: number]

/** A sound of tones, as a WAV file. */
export async function tones(...parts: readonly Tone[]): Promise<Uint8Array> {
  const encoder = encodeAudio({ format: 'wav', sampleRate: 16_000 })
  for (const [seconds, hertz] of parts) {
    const wave = (_: unknown, n: number) => 0.3 * Math.sin((2 * Math.PI * hertz * n) / 16_000)
    await encoder.write(Float32Array.from({ length: Math.round(seconds * 16_000) }, wave))
  }
  return encoder.end()
}

/** What a model says, as samples. */
export async function spoken(model: Model, task: Task, input: object, references: Record<string, Uint8Array> = {}) {
  const context = fakeContext({ references })
  const output = task.output.parse(await execute(model, task, { ...input, format: 'pcm' }, context)) as {
    seconds: number
    sample_rate: number
    sentences: number
  }
  const bytes = Buffer.from(context.files[0]?.bytes ?? [])
  return { ...output, samples: Float32Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(2 * at)) }
}

/** Hertz of a tone: how often it rises through zero. */
export function pitchOf(samples: Float32Array, sampleRate: number): number {
  // The first tenth of a second, without the moment in which it comes.
  const heard = samples.subarray(sampleRate / 50, sampleRate / 50 + sampleRate / 10)
  const rises = heard.filter((sample, at) => at > 0 && sample >= 0 && (heard[at - 1] ?? 0) < 0)
  return rises.length * 10
}
