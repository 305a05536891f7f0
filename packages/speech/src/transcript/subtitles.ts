import type { TranscriptSegment } from '../transcript-fields.ts'

export type SubtitleFormat = 'srt' | 'vtt'
type Cue = Pick<TranscriptSegment, 'start' | 'end' | 'text'>

const formats = {
  srt: {
    head: '',
    point: ',',
    number: (index: number) => `${index}\n`,
    // An arrow would make a line of times of it, and there is no way to escape one.
    safe: (text: string) => text.replaceAll('-->', '->'),
  },
  vtt: {
    head: 'WEBVTT\n',
    point: '.',
    number: () => '',
    safe: (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  },
}

/** Subtitles of one line each. What has no text has no cue. */
export function subtitles(segments: readonly Cue[], format: SubtitleFormat): string {
  const { head, write } = subtitleWriter(format)
  return head + segments.map(write).join('')
}

/** Subtitles segment by segment: the head and what is written of each make the file. */
export function subtitleWriter(format: SubtitleFormat): { head: string; write(segment: Cue): string } {
  const { head, point, number, safe } = formats[format]
  let cues = 0
  return {
    head,
    write(segment) {
      const text = oneLine(segment.text)
      if (text === '') return ''
      const start = Math.round(segment.start * 1000)
      // Players leave out what has no length.
      const end = Math.max(start + 1, Math.round(segment.end * 1000))
      cues++
      const gap = cues > 1 || head !== '' ? '\n' : ''
      return `${gap}${number(cues)}${clock(start, point)} --> ${clock(end, point)}\n${safe(text)}\n`
    },
  }
}

/** Without line breaks: an empty line would end a cue. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\n\v\f\r\u0085\u2028\u2029]+\s*/g, ' ').trim()
}

/** Hours have as many digits as they need, but two at least. */
function clock(milliseconds: number, point: string): string {
  const hours = Math.floor(milliseconds / 3_600_000)
  const minutes = Math.floor(milliseconds / 60_000) % 60
  const seconds = Math.floor(milliseconds / 1000) % 60
  const whole = [hours, minutes, seconds].map(part => String(part).padStart(2, '0')).join(':')
  return `${whole}${point}${String(milliseconds % 1000).padStart(3, '0')}`
}
