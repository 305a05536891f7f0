import { startHearing } from '../../voice-activity/hearing.ts'
import { type SampleSpan, vadRate, vadWindow } from '../../voice-activity/speech-spans.ts'
import type { VoiceModel } from '../../voice-activity/voice-model.ts'

/** A part of a sound that Whisper hears at once. */
export interface Piece {
  samples: Float32Array
  /** Number of its first sample, from the beginning of the sound. */
  start: number
  /** How many of them are speech, where that was looked for. */
  speech: number
}

/** Whisper hears half a minute at a time. */
const longest = 30 * vadRate
/** Across a longer silence speech is no longer heard together: in silence, models of speech invent words. */
const longestPause = 3 * vadRate
/** How far back a piece may begin that can still grow: its length, the next span that ended it, and pauses. */
const kept = 4 * longest

const settings = {
  threshold: 0.5,
  min_speech_duration_ms: 0,
  min_silence_duration_ms: 500,
  speech_pad_ms: 300,
  max_speech_duration_s: longest / vadRate,
}

/** Where somebody speaks, neighbours together. What is kept does not grow with the sound. */
export async function* spokenPieces(blocks: AsyncIterable<Float32Array>, voices: VoiceModel): AsyncGenerator<Piece> {
  const hearing = startHearing(voices, settings)
  const tail = keepTail()
  let open: Joined | undefined
  const join = function* (spans: readonly SampleSpan[]) {
    for (const span of spans) {
      const { grown, finished } = joined(open, span)
      if (finished) yield tail.piece(finished)
      open = grown
    }
    // Nothing can join it any more.
    if (open && tail.heard() - open.end > longest + longestPause) {
      yield tail.piece(open)
      open = undefined
    }
  }
  for await (const block of blocks) {
    for (let at = 0; at < block.length; at += vadRate) {
      const second = block.subarray(at, at + vadRate)
      tail.add(second)
      yield* join(await hearing.hear(second))
    }
  }
  yield* join(await hearing.end())
  if (open) yield tail.piece(open)
}

interface Joined extends SampleSpan {
  speech: number
}

function joined(open: Joined | undefined, span: SampleSpan): { grown: Joined; finished: Joined | undefined } {
  const speech = span.end - span.start
  if (open && span.start - open.end <= longestPause && span.end - open.start <= longest) {
    return { grown: { start: open.start, end: span.end, speech: open.speech + speech }, finished: undefined }
  }
  return { grown: { ...span, speech }, finished: open }
}

/** The whole sound, cut at the quietest place of the last five seconds of each half minute. */
export async function* wholePieces(blocks: AsyncIterable<Float32Array>): AsyncGenerator<Piece> {
  let rest = new Float32Array()
  let start = 0
  for await (const block of blocks) {
    const all = new Float32Array(rest.length + block.length)
    all.set(rest)
    all.set(block, rest.length)
    let from = 0
    while (all.length - from >= longest) {
      const end = from + quietest(all.subarray(from, from + longest))
      yield { samples: all.slice(from, end), start: start + from, speech: end - from }
      from = end
    }
    rest = all.slice(from)
    start += from
  }
  if (rest.length > 0) yield { samples: rest, start, speech: rest.length }
}

/** The middle of the quietest window among the last five seconds. */
function quietest(samples: Float32Array): number {
  let best = { at: samples.length, energy: Number.POSITIVE_INFINITY }
  const window = 4 * vadWindow
  for (let at = samples.length - 5 * vadRate; at + window <= samples.length; at += vadWindow) {
    const energy = samples.subarray(at, at + window).reduce((sum, sample) => sum + sample * sample, 0)
    if (energy < best.energy) best = { at: at + window / 2, energy }
  }
  return best.at
}

/** The last minutes of a sound. */
function keepTail() {
  const room = new Float32Array(2 * kept)
  let first = 0
  let length = 0
  return {
    heard: () => first + length,
    add(more: Float32Array) {
      if (length + more.length > room.length) {
        const dropped = length - kept
        room.copyWithin(0, dropped, length)
        first += dropped
        length -= dropped
      }
      room.set(more, length)
      length += more.length
    },
    piece: ({ start, end, speech }: Joined): Piece => ({
      samples: room.slice(start - first, end - first),
      start,
      speech,
    }),
  }
}
