/** What the likelihoods of speech are made of: each is of so many samples, at this rate. */
export const vadRate = 16_000
export const vadWindow = 512

export interface SpanSettings {
  threshold: number
  min_speech_duration_ms: number
  min_silence_duration_ms: number
  speech_pad_ms: number
  max_speech_duration_s?: number | undefined
}

/** Numbers of samples. */
export interface SampleSpan {
  start: number
  end: number
}

/** Spans of speech in a sound that is still being heard. What it keeps does not grow. */
export interface SpanFinder {
  /** Hears how likely the next window is speech. Gives the spans that nothing to come can change. */
  hear(probability: number): SampleSpan[]
  /** Where the speech began that goes on, once it is so long that it will be a span however it ends. */
  open(): number | undefined
  /** The rest, of a sound of so many samples. */
  end(samples: number): SampleSpan[]
}

/** How far below the threshold speech ends that has begun: a voice falls before it stops. */
const hysteresis = 0.15
/** A pause of more than this is a place to part a span that is too long. */
const partingPause = 0.098 * vadRate

const samplesOf = (milliseconds: number) => (vadRate * milliseconds) / 1000

/**
 * Joins windows to spans, as Silero's own `get_speech_timestamps` does: a span begins at the threshold, ends where the
 * likelihood stays below it for long enough, and is parted at its longest pause where it grows too long.
 * @param first number of the sample with which the first window begins.
 */
export function speechSpans(settings: SpanSettings, first = 0): SpanFinder {
  const pad = samplesOf(settings.speech_pad_ms)
  const spans = padded(pad)
  const limits = {
    begin: settings.threshold,
    end: Math.max(settings.threshold - hysteresis, 0.01),
    speech: samplesOf(settings.min_speech_duration_ms),
    silence: samplesOf(settings.min_silence_duration_ms),
    longest: vadRate * (settings.max_speech_duration_s ?? Number.POSITIVE_INFINITY) - vadWindow - 2 * pad,
  }
  let heard = first
  let open: OpenSpan | undefined
  return {
    hear(probability) {
      const now = heard
      heard += vadWindow
      const { next, closed } = step(open, probability, now, limits)
      open = next
      return spans.take(closed, next?.start ?? now)
    },
    open() {
      return open && (open.silentSince ?? heard) - open.start > limits.speech ? open.start : undefined
    },
    end(samples) {
      const last = open && samples - open.start > limits.speech ? [{ start: open.start, end: samples }] : []
      open = undefined
      return spans.end(last, samples)
    },
  }
}

interface Limits {
  begin: number
  end: number
  speech: number
  silence: number
  longest: number
}

/** Speech that has not ended. */
interface OpenSpan {
  start: number
  /** Where it fell silent. */
  silentSince?: number
  /** Where it could be parted. */
  pause?: SampleSpan
}

interface Step {
  next: OpenSpan | undefined
  closed: SampleSpan[]
}

function step(before: OpenSpan | undefined, probability: number, now: number, limits: Limits): Step {
  const isSpeech = probability >= limits.begin
  if (before === undefined) return { next: isSpeech ? { start: now } : undefined, closed: [] }
  const open = isSpeech ? spoken(before, now) : before
  const { open: rest, closed } = parted(open, now, limits)
  if (rest === undefined || probability >= limits.end) return { next: rest, closed }
  const silentSince = rest.silentSince ?? now
  if (now - silentSince < limits.silence) return { next: { ...rest, silentSince }, closed }
  const isLong = silentSince - rest.start > limits.speech
  return { next: undefined, closed: isLong ? [...closed, { start: rest.start, end: silentSince }] : closed }
}

/** A voice that comes back leaves a pause behind; the longest is kept, the first of equals. */
function spoken({ start, silentSince, pause }: OpenSpan, now: number): OpenSpan {
  if (silentSince === undefined) return pause === undefined ? { start } : { start, pause }
  const [length, longest] = [now - silentSince, pause === undefined ? partingPause : pause.end - pause.start]
  const kept = length > longest ? { start: silentSince, end: now } : pause
  return kept === undefined ? { start } : { start, pause: kept }
}

/** Speech that has grown too long goes on behind its longest pause; without one it stops here. */
function parted(
  open: OpenSpan,
  now: number,
  { longest }: Limits,
): { open: OpenSpan | undefined; closed: SampleSpan[] } {
  if (now - open.start <= longest) return { open, closed: [] }
  if (open.pause === undefined) return { open: undefined, closed: [{ start: open.start, end: now }] }
  return { open: { start: open.pause.end }, closed: [{ start: open.start, end: open.pause.start }] }
}

/** Widens spans on both sides; where two come too near, each gets half of what is between them. */
function padded(pad: number) {
  /** The last span: how far it may be widened depends on the next. */
  let held: SampleSpan | undefined
  const give = (span: SampleSpan): SampleSpan[] => {
    const before = held
    const silence = before === undefined ? Number.POSITIVE_INFINITY : span.start - before.end
    const part = silence < 2 * pad ? Math.floor(silence / 2) : pad
    held = { start: Math.max(0, span.start - part), end: span.end }
    return before === undefined ? [] : [{ start: before.start, end: before.end + part }]
  }
  const release = (samples: number): SampleSpan[] => {
    const last = held
    held = undefined
    return last === undefined ? [] : [{ start: last.start, end: Math.min(samples, last.end + pad) }]
  }
  return {
    /** @param earliest where a span that is not known yet may begin; the sound is at least as long. */
    take(spans: readonly SampleSpan[], earliest: number): SampleSpan[] {
      const done = spans.flatMap(give)
      return held !== undefined && earliest - held.end >= 2 * pad ? [...done, ...release(earliest)] : done
    },
    end: (spans: readonly SampleSpan[], samples: number) => [...spans.flatMap(give), ...release(samples)],
  }
}
