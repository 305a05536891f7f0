import { perform, type RunContext } from '@hearth/contract'
import { inspectAudio, readAudio } from '@hearth/media'
import { type SpeechSpan, task } from '../../detect-speech/spec.ts'
import { hearingIn, startHearing } from '../../voice-activity/hearing.ts'
import { type SampleSpan, vadRate } from '../../voice-activity/speech-spans.ts'
import type { VoiceModel } from '../../voice-activity/voice-model.ts'

/**
 * Listens to a sound from its beginning to its end; only the spans are kept of it. The runs of a stream hear one sound
 * that goes on from each to the next.
 */
export function detectSpeech(model: VoiceModel) {
  return perform(task, async ({ audio, ...settings }, context) => {
    const { signal, memory } = context
    const path = await context.path(audio)
    const total = (await inspectAudio(path, { signal })).seconds ?? 0
    const hearing = memory ? hearingIn(memory, model, settings) : startHearing(model, settings)
    const segments: SpeechSpan[] = []
    const keep = (spans: readonly SampleSpan[]) => segments.push(...told(spans, context))
    let samples = 0
    for await (const block of readAudio(path, { sampleRate: vadRate, signal })) {
      keep(await hearing.hear(block))
      samples += block.length
      const done = samples / vadRate
      context.progress(done, Math.max(total, done))
    }
    if (!memory) keep(await hearing.end())
    context.progress(samples / vadRate, samples / vadRate)
    const open = memory ? hearing.open() : undefined
    return {
      segments,
      seconds: hearing.samples() / vadRate,
      speech_seconds: segments.reduce((sum, { start, end }) => sum + end - start, 0),
      open: open === undefined ? null : open / vadRate,
    }
  })
}

function told(spans: readonly SampleSpan[], context: RunContext): SpeechSpan[] {
  return spans.map(({ start, end }) => {
    const segment = { start: start / vadRate, end: end / vadRate }
    context.chunk({ segment })
    return segment
  })
}
