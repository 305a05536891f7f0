import type { RunContext } from '@hearth/contract'
import type { Transcript, TranscriptFormat, TranscriptSegment } from '../transcript-fields.ts'
import { transcriptFile } from './transcript-file.ts'

/** Segments begin with a blank where the language has any. */
export const textOf = (segments: readonly TranscriptSegment[]): string =>
  segments
    .map(({ text }) => text)
    .join('')
    .trim()

/** Keeps a transcript as files, one of each format. */
export async function keepTranscript(
  transcript: Pick<Transcript, 'text' | 'language' | 'seconds' | 'segments'>,
  formats: readonly TranscriptFormat[],
  context: RunContext,
): Promise<Transcript['files']> {
  const files: Transcript['files'] = []
  for (const format of new Set(formats)) files.push(await context.save(transcriptFile(transcript, format)))
  return files
}
