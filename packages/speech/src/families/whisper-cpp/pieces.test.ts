import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openVoiceModel, type VoiceModel } from '../../voice-activity/voice-model.ts'
import { spoken } from '../faster-whisper/clips-under-test.ts'
import { type Piece, spokenPieces, wholePieces } from './pieces.ts'

const rate = 16_000
let voices: VoiceModel
let clip: Float32Array
beforeAll(async () => {
  const path = join(import.meta.dirname, '../../../../../models/starter/detect-speech/model.onnx')
  voices = await openVoiceModel(path, { device: 'cpu', deviceIndex: 0, threads: 1 })
  const [wave] = await spoken(['It rained all night, and in the morning the garden was full of birds.'])
  clip = samplesOf(wave ?? new Uint8Array())
})
afterAll(() => voices.dispose())

/** The samples of a WAV file, a little slow and deep at this rate: what is said does not matter here. */
const samplesOf = (wave: Uint8Array) =>
  Float32Array.from(new Int16Array(wave.slice(44).buffer), sample => sample / 32_768)

const silence = (seconds: number) => new Float32Array(seconds * rate)

async function* inBlocks(parts: readonly Float32Array[], size: number) {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let end = 0
  for (const part of parts) {
    whole.set(part, end)
    end += part.length
  }
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size)
}

async function all(pieces: AsyncIterable<Piece>): Promise<Piece[]> {
  const found: Piece[] = []
  for await (const piece of pieces) found.push(piece)
  return found
}

it('speech near each other is heard together, and apart across long silence', async () => {
  const parts = [silence(5), clip, silence(1), clip, silence(40), clip, silence(3)]
  const found = await all(spokenPieces(inBlocks(parts, 70_000), voices))
  expect(found).toHaveLength(2)
  const [first, last] = found
  const second = 5 * rate + 2 * clip.length + rate + 40 * rate
  expect(Math.abs((first?.start ?? 0) - 5 * rate)).toBeLessThan(0.6 * rate)
  expect(Math.abs((last?.start ?? 0) - second)).toBeLessThan(0.6 * rate)
  expect(first?.samples.length).toBeGreaterThan(2 * clip.length + 0.5 * rate)
  expect(first?.speech).toBeLessThan(first?.samples.length ?? 0)
  // What is heard is the sound at that place, whatever the blocks were.
  const within = 5 * rate - (first?.start ?? 0)
  expect(first?.samples.slice(within, within + 4000)).toEqual(clip.slice(0, 4000))
  expect(await all(spokenPieces(inBlocks(parts, 7_777), voices))).toEqual(found)
})

it('no piece is longer than half a minute, however long somebody speaks', async () => {
  const long = Array.from({ length: 24 }, () => clip)
  const found = await all(spokenPieces(inBlocks(long, 100_000), voices))
  expect(found.length).toBeGreaterThan(2)
  for (const { samples } of found) expect(samples.length).toBeLessThanOrEqual(30 * rate)
  const speech = found.reduce((sum, piece) => sum + piece.speech, 0)
  expect(speech).toBeGreaterThan(0.8 * 24 * clip.length)
})

it('without a look at voices all of it is heard, cut where it is quiet', async () => {
  const quiet = 27 * rate
  const loud = new Float32Array(70 * rate).fill(0.5).fill(0, quiet, quiet + rate / 4)
  const found = await all(wholePieces(inBlocks([loud], 12_345)))
  expect(found.reduce((sum, { samples }) => sum + samples.length, 0)).toBe(loud.length)
  const [first, second] = found
  expect(first?.samples.length).toBeGreaterThan(quiet)
  expect(first?.samples.length).toBeLessThan(quiet + rate / 4)
  expect(second?.start).toBe(first?.samples.length)
  for (const { samples } of found) expect(samples.length).toBeLessThanOrEqual(30 * rate)
})
