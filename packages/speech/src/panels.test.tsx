import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobView } from '@hearth/contract'
import type { ControlsProps, Fields, ResultProps, Values } from '@hearth/ui'
import { TestFrame } from '@hearth/ui/testing'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { VoiceControls } from './synthesise-speech/controls.tsx'
import { openingSentences } from './synthesise-speech/example-texts.ts'
import { panel as speaking } from './synthesise-speech/panel.tsx'
import { task as synthesise } from './synthesise-speech/spec.ts'
import { panel as transcribing } from './transcribe/panel.tsx'
import { task as transcribe } from './transcribe/spec.ts'
import { TranscriptControls } from './transcript-controls.tsx'
import { TranscriptResult } from './transcript-result.tsx'
import { panel as translating } from './translate-speech/panel.tsx'
import { task as translate } from './translate-speech/spec.ts'

afterEach(cleanup)

const media = { store: async () => 'upload:12345678', address: () => 'data:audio/wav;base64,' }
const t = (key: string, values: Record<string, string | number> = {}) => [key, ...Object.values(values)].join(' ')

function props(fields: Fields, values: Values = {}, change = vi.fn()): ControlsProps {
  const defaults = { speed: 1, pitch: 0, gain_db: 0, format: 'wav', vad_filter: true }
  return { values, change, fields, defaults, media, problem: null, t, history: [], autoFocus: false, model: null }
}
const fieldsOf = (input: z.ZodType) => z.toJSONSchema(input, { io: 'input' }).properties as Fields

test.each([
  { panel: speaking, task: synthesise },
  { panel: transcribing, task: transcribe },
  { panel: translating, task: translate },
])('the panel of $task.id knows only fields of its spec, in both languages', ({ panel, task }) => {
  expect(panel.task).toBe(task.id)
  const fields = Object.keys(fieldsOf(task.input))
  for (const field of [...panel.keeps, panel.accepts?.field ?? 'text']) {
    expect([...fields, 'text']).toContain(field)
  }
  expect(Object.keys(panel.messages.zh).sort()).toEqual(Object.keys(panel.messages.en).sort())
})

test('every text is shown somewhere', () => {
  const code = ['.', 'synthesise-speech', 'transcribe', 'translate-speech']
    .flatMap(folder =>
      readdirSync(join(import.meta.dirname, folder)).map(name => join(import.meta.dirname, folder, name)),
    )
    .filter(path => /\.tsx$/.test(path) && !path.includes('.test.'))
    .map(path => readFileSync(path, 'utf8'))
    .join('\n')
  // The studio itself asks for these.
  const asked = ['title', 'tab', 'action', 'empty_title', 'empty_text']
  const keys = Object.keys({ ...speaking.messages.en, ...transcribing.messages.en })
  expect(keys.filter(key => !asked.includes(key) && !code.includes(`'${key}'`))).toEqual([])
})

test('what other pages have said is an input of the spec, without a file that nobody wants', () => {
  expect(synthesise.input.safeParse(speaking.speaking?.input('Hello.', 24_000)).success).toBe(true)
  expect(speaking.speaking?.samples({ audio: 'AAA=', index: 0, sentence: '' })).toBe('AAA=')
  expect(transcribing.listening?.text({ text: 'hello' })).toBe('hello')
  expect(translating.listening).toBeUndefined()
})

test('a voice is offered sentences of a language that it speaks', () => {
  expect(openingSentences(['zh-CN'])[0]).toMatch(/\p{Script=Han}/u)
  expect(openingSentences(['de', 'en_US'])[0]).toMatch(/^Good morning/)
  expect(openingSentences([])).toEqual([])
})

test('a slider that is brought back to the middle is no setting any more', () => {
  const change = vi.fn()
  render(<VoiceControls {...props(fieldsOf(synthesise.input), { pitch: 3 }, change)} />, { wrapper: TestFrame })
  const pitch = screen.getByRole('slider', { name: 'pitch' })
  expect([pitch.getAttribute('min'), pitch.getAttribute('max'), pitch.getAttribute('aria-valuetext')]).toEqual([
    '-12',
    '12',
    'semitones +3',
  ])
  fireEvent.change(pitch, { target: { value: '0' } })
  expect(change).toHaveBeenLastCalledWith({ pitch: undefined })
})

test('times of words are asked for, and not any more', () => {
  const change = vi.fn()
  const fields = fieldsOf(transcribe.input)
  const { rerender } = render(<TranscriptControls {...props(fields, {}, change)} />, { wrapper: TestFrame })
  fireEvent.click(screen.getByRole('checkbox'))
  expect(change).toHaveBeenLastCalledWith({ word_timestamps: true })
  rerender(<TranscriptControls {...props(fields, { word_timestamps: true }, change)} />)
  fireEvent.click(screen.getByRole('checkbox'))
  expect(change).toHaveBeenLastCalledWith({ word_timestamps: undefined })
})

const segment = { id: 0, start: 61, end: 63, text: ' Good morning.', seek: 0, tokens: [], temperature: 0 }
const scores = { avg_logprob: 0, compression_ratio: 1, no_speech_prob: 0 }
const chunk = { segment: { ...segment, ...scores } }

function result(job: Partial<JobView>, pieces: unknown[]): ResultProps {
  const whole = { id: 'job-12345678', input: { audio: 'upload:12345678' }, outputs: [], output: null, ...job }
  return { job: whole as Partial<JobView> as JobView, index: 0, preview: null, pieces, media, t }
}

test('lines are there while it listens; files come with the end', () => {
  const { rerender } = render(<TranscriptResult {...result({ state: 'running' }, [chunk])} />, { wrapper: TestFrame })
  screen.getByText('Good morning.')
  screen.getByRole('button', { name: 'play_from 1:01' })
  expect(screen.queryByRole('button', { name: /^save/ })).toBeNull()
  const output = { text: 'Good morning.', language: 'en', seconds: 64, segments: [chunk.segment], files: [] }
  rerender(<TranscriptResult {...result({ state: 'succeeded', output }, [])} />)
  screen.getByText('Good morning.')
  expect(screen.getAllByRole('button', { name: /^save/ }).map(button => button.textContent)).toEqual([
    'TXT',
    'SRT',
    'VTT',
    'JSON',
  ])
  rerender(<TranscriptResult {...result({ state: 'succeeded', output: { ...output, segments: [] } }, [])} />)
  screen.getByText('nothing')
})
