import { task as synthesiseSpeech } from '@hearth/speech/synthesise-speech/spec'
import { task as transcribe } from '@hearth/speech/transcribe/spec'
import type { JobRow } from '@hearth/store'
import { outputAddress, status, taskAnswer } from './task-answer.ts'

/** A job about sound as this dialect shows it; of other jobs what it shows of pictures. */
export function audioAnswer(row: JobRow): object {
  const always = {
    task_id: row.id,
    status: status[row.state],
    ...(row.error === null ? {} : { detail: row.error.message }),
  }
  if (row.task === transcribe.id) return { ...always, ...whatWasSaid(row) }
  if (row.task === synthesiseSpeech.id) return { ...always, ...whatIsHeard(row) }
  return taskAnswer(row)
}

function whatWasSaid(row: JobRow) {
  if (row.state !== 'succeeded') return { text: null, language: null, duration: null, segments: [] }
  const { text, language, seconds, segments } = transcribe.output.parse(row.output)
  return {
    text,
    language,
    duration: seconds,
    segments: segments.map(({ id, start, end, text }) => ({ id, start, end, text: text.trim() })),
  }
}

function whatIsHeard(row: JobRow) {
  const duration = row.state === 'succeeded' ? synthesiseSpeech.output.parse(row.output).seconds : null
  return { audio_url: outputAddress(row, 'audio'), duration }
}
