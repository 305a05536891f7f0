import type { Transcript, TranscriptFormat } from '../transcript-fields.ts'
import { oneLine, subtitles } from './subtitles.ts'

/** What files are written from. */
type Written = Pick<Transcript, 'text' | 'segments' | 'language' | 'seconds'>

const kinds: Record<TranscriptFormat, { mime: string; write(transcript: Written): string }> = {
  txt: { mime: 'text/plain', write: lines },
  srt: { mime: 'application/x-subrip', write: ({ segments }) => subtitles(segments, 'srt') },
  vtt: { mime: 'text/vtt', write: ({ segments }) => subtitles(segments, 'vtt') },
  json: { mime: 'application/json', write: whole },
}

/** A transcript as the file that is kept of it, in UTF-8. */
export function transcriptFile(
  transcript: Written,
  format: TranscriptFormat,
): { name: string; mime: string; bytes: Uint8Array } {
  const { mime, write } = kinds[format]
  return { name: `transcript.${format}`, mime, bytes: new TextEncoder().encode(write(transcript)) }
}

/** A line for each segment. */
function lines({ text, segments }: Written): string {
  const spoken = segments.length === 0 ? [text] : segments.map(segment => segment.text)
  return spoken
    .map(oneLine)
    .filter(line => line !== '')
    .map(line => `${line}\n`)
    .join('')
}

function whole({ text, language, seconds, segments }: Written): string {
  return `${JSON.stringify({ text, language, seconds, segments })}\n`
}
