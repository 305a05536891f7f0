import { languageName } from '@hearth/speech/transcript/language-names'
import { subtitleWriter } from '@hearth/speech/transcript/subtitles'
import type { Transcript, TranscriptChunk, TranscriptSegment } from '@hearth/speech/transcript-fields'
import type { OrderEvent } from '../../intake/stream-order.ts'
import type { SseFrame } from '../../live/sse.ts'
import type { TranscriptionWish } from './transcription-wish.ts'

/** What was done with the speech; the words are OpenAI's. */
export type Heard = 'transcribe' | 'translate'

export type TextFormat = 'text' | 'srt' | 'vtt'
export const textTypes: Record<TextFormat, string> = {
  text: 'text/plain; charset=utf-8',
  srt: 'application/x-subrip; charset=utf-8',
  vtt: 'text/vtt; charset=utf-8',
}

function usageOf({ seconds }: Transcript) {
  return { type: 'duration' as const, seconds: Math.ceil(seconds) }
}

/** The answer as JSON: `json`, or `verbose_json` with times. */
export function transcriptAnswer(transcript: Transcript, wish: TranscriptionWish, heard: Heard) {
  const { text, segments, seconds, language } = transcript
  const usage = usageOf(transcript)
  if (wish.response_format !== 'verbose_json') return { text, usage }
  const granularities = wish.timestamp_granularities ?? ['segment']
  return {
    task: heard,
    // Of a translation it is the language that it is in.
    language: heard === 'translate' ? 'english' : languageName(language),
    duration: seconds,
    text,
    ...(granularities.includes('segment') ? { segments: segments.map(segmentAnswer) } : {}),
    ...(granularities.includes('word') ? { words: segments.flatMap(wordAnswers) } : {}),
    usage,
  }
}

function segmentAnswer({ words: _, ...segment }: TranscriptSegment) {
  return segment
}

function wordAnswers({ words = [] }: TranscriptSegment) {
  return words.map(({ word, start, end }) => ({ word: word.trim(), start, end }))
}

/** Frames of a streamed answer. Only `verbose_json` asks for times. */
export function transcriptFrames(wish: TranscriptionWish): (event: OrderEvent) => SseFrame[] {
  const { write } = textWriter()
  let sent = 0
  return event => {
    const frames: object[] = newSegments(event, sent).flatMap(segment => {
      sent++
      const delta = write(segment)
      const { id, start, end, text } = segment
      return [
        ...(delta === '' ? [] : [{ type: 'transcript.text.delta', delta }]),
        ...(wish.response_format === 'verbose_json'
          ? [{ type: 'transcript.text.segment', id: String(id), start, end, text, speaker: '' }]
          : []),
      ]
    })
    if (event.kind === 'end') {
      // Its usage would be in tokens, and nothing here is counted so.
      frames.push({ type: 'transcript.text.done', text: (event.answer.output as Transcript).text })
    }
    return frames.map(frame => ({ data: JSON.stringify(frame) }))
  }
}

/** The answer as text, written as it is made: what takes long is never silent. */
export async function* transcriptText(events: AsyncIterable<OrderEvent>, format: TextFormat): AsyncGenerator<string> {
  const { head, write, foot } = format === 'text' ? textWriter() : { ...subtitleWriter(format), foot: '' }
  yield head
  let sent = 0
  for await (const event of events) {
    for (const segment of newSegments(event, sent)) {
      sent++
      yield write(segment)
    }
  }
  yield foot
}

/** Those that were not sent yet: the answer at the end has them all once more. */
function newSegments(event: OrderEvent, sent: number): TranscriptSegment[] {
  // Both were checked against the task where they were made.
  if (event.kind === 'chunk') return [(event.value as TranscriptChunk).segment]
  return (event.answer.output as Transcript).segments.slice(sent)
}

/** Running text: the first word has no blank before it. */
function textWriter() {
  let begun = false
  return {
    head: '',
    foot: '\n',
    write({ text }: TranscriptSegment): string {
      const piece = begun ? text : text.trimStart()
      begun ||= piece !== ''
      return piece
    },
  }
}
