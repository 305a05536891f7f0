import type { ErrorReport, JobView, MediaKind, ModelView } from '@hearth/contract'
import type { ComponentType } from 'react'
import type { Sight } from './seeing/finding.ts'

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

/** What somebody entered, by field of the task's input. A field that was never touched is absent. */
export type Values = Record<string, Json>

/** One field of the task's input, as its spec's JSON Schema describes it. */
export interface FieldSchema {
  type?: string | string[]
  description?: string
  default?: Json
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  multipleOf?: number
  maxLength?: number
  enum?: readonly Json[]
  anyOf?: readonly FieldSchema[]
  media?: MediaKind
}
export type Fields = Readonly<Record<string, FieldSchema>>

export type Locale = 'en' | 'zh'
export const locales: readonly Locale[] = ['en', 'zh']
export interface Messages {
  [key: string]: string | Messages
}

/** Texts of the panel's own messages. */
export type Translate = (key: string, values?: Record<string, string | number>) => string

/** Where pictures come from and go to; handed to panels so that they need no client. */
export interface MediaDesk {
  /** Stores a file and resolves to its reference (`upload:<id>`). Throws an AppError that can be shown. */
  store(file: Blob): Promise<string>
  /** Address under which the browser can show what a reference names. */
  address(reference: string): string
}

export interface ControlsProps {
  values: Values
  /** Merges; `undefined` takes a field back to its default. */
  change(patch: { [field: string]: Json | undefined }): void
  fields: Fields
  /** The value each untouched field will have: the model's, else the spec's. */
  defaults: Values
  model: ModelView | null
  media: MediaDesk
  /** The last refusal of this input; shown beside the field that its path names. */
  problem: ErrorReport | null
  t: Translate
  /** Earlier inputs of this task in this browser, newest first. */
  history: readonly Values[]
  /** Puts the cursor here when the view opens. */
  autoFocus: boolean
}

export interface ResultProps {
  job: JobView
  /** Which of the job's outputs is looked at. */
  index: number
  /** Data URL or address of the latest preview; null before the first. */
  preview: string | null
  /** What the run has told of its answer so far, in order; for tasks whose jobs keep it. */
  pieces: readonly unknown[]
  media: MediaDesk
  t: Translate
}

export interface Parameter {
  label: string
  value: string
  mono?: boolean
}

/** What every panel is. It lives beside the spec and knows nothing of how it is transported. */
interface PanelBase {
  /** The task's id. */
  task: string
  /** Place among the tabs of its capability. */
  order: number
  /** Its texts. `tab`, `action` and `title` are read by the studio itself. */
  messages: Record<Locale, Messages>
  /** The fields that take a picture dropped, pasted or chosen elsewhere in the studio, and a mask for it. */
  accepts?: { field: string; media: MediaKind; mask?: string }
  /** What a person would call this run: the prompt, the file's name. */
  title(input: Values): string
  /** Fields that are the work itself, not its settings: they stay when the settings are reset. */
  keeps: readonly string[]
  /** What is missing before it can run, as a key of the messages; null when nothing is. */
  missing(values: Values): string | null
  /** The settings in a few words, for places with little room. */
  chips(values: Values, t: Translate): string[]
  /** The settings below the model. */
  controls: ComponentType<ControlsProps>
}

/** A task that writes down what is said: other pages ask it what was spoken into a microphone. */
export interface Listening {
  /** The field that takes the sound. */
  field: string
  text(output: unknown): string
}

/** A task that reads aloud: other pages have it speak. Its chunks are samples of 16 bits, the least byte first. */
export interface Speaking {
  input(text: string, sampleRate: number): Values
  /** The next samples, in base64. */
  samples(chunk: unknown): string
}

/** A task that makes something: it is started by hand, runs as a job and leaves files. */
export interface MakingPanel extends PanelBase {
  /** The picture that a finished run made a mask of, as a reference; null where it made none. */
  masked?(input: Values): string | null
  /** Size of the result that these values will give; null where it has none, `whole` for what takes all the room. */
  frame(values: Values): { width: number; height: number } | 'whole' | null
  /** How many results these values will give. */
  count(values: Values): number
  /** What stands for a finished run of which there is nothing to see. */
  words?(job: JobView): string
  /** How far a run is, in words; absent: by steps. */
  doing?(done: number, total: number, t: Translate): string
  /** What one might enter into this field; absent: the model's example prompts. */
  examples?: { field: string; of(model: ModelView): readonly string[] }
  /** What somebody who was never here finds entered. */
  opening(model: ModelView): Values
  /** The input that makes this output once more. */
  settings(job: JobView, index: number): Values
  listening?: Listening
  speaking?: Speaking
  /** Everything about a finished output that somebody may want to read or copy. */
  parameters(job: JobView, index: number, t: Translate): Parameter[]
  /** The input somebody always sees: prompt, picture. */
  lead: ComponentType<ControlsProps>
  result: ComponentType<ResultProps>
}

/** A task that looks at a picture: it runs by itself as soon as there is one, and its answer is drawn on it. */
export interface LookingPanel extends PanelBase {
  look: {
    /** The field that takes the picture. */
    field: string
    /** Whether the frames of a camera can be looked at. */
    camera: boolean
    /** Sent in place of what is entered: the whole range of what `sight` narrows down without a new run. */
    wide: Values
    /** Names are shown in the picture only where one points. */
    bare?: boolean
    /** The task's output as it is listed and drawn. Values have their defaults. */
    sight(output: unknown, values: Values, t: Translate): Sight
  }
}

/** Speech for tasks that are talked to. Each is null where no model here can do it. */
export interface VoiceDesk {
  /** Writes a recording down. */
  listen: ((recording: File, signal: AbortSignal) => Promise<string>) | null
  /** Reads a text aloud, to its end or until the signal aborts. */
  speak: ((text: string, signal: AbortSignal) => Promise<void>) | null
}

export interface TalkProps {
  /** What the next conversation starts with; the same in every tab of this browser. */
  values: Values
  change: ControlsProps['change']
  fields: Fields
  defaults: Values
  /** Those that can be asked here. */
  models: readonly ModelView[]
  model: ModelView
  onModel(id: string): void
  /** Runs the task at once. Its answer comes as server-sent events: `chunk`, then `done` or `error`. */
  open(input: Values, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  /** Anything thrown, as it is shown. */
  reportOf(thrown: unknown): ErrorReport
  /** Whose conversations these are; several people may share a browser. */
  owner: string
  /** The open conversation, as the address says. */
  place: string | null
  go(place: string | null, how?: 'push' | 'replace'): void
  /** Says something at the foot of the page for a while. */
  notify(text: string, options?: { action?: { label: string; run(): void }; seconds?: number }): void
  media: MediaDesk
  voice: VoiceDesk
  t: Translate
}

/** A task that is talked to: its answer is read while it is written, and every turn builds on those before. */
export interface TalkingPanel extends PanelBase {
  talk: ComponentType<TalkProps>
}

export type Panel = MakingPanel | LookingPanel | TalkingPanel

export function isMaking(panel: Panel | undefined): panel is MakingPanel {
  return panel !== undefined && 'result' in panel
}

export function isLooking(panel: Panel | undefined): panel is LookingPanel {
  return panel !== undefined && 'look' in panel
}

export function isTalking(panel: Panel | undefined): panel is TalkingPanel {
  return panel !== undefined && 'talk' in panel
}

export function definePanel(panel: MakingPanel): MakingPanel
export function definePanel(panel: LookingPanel): LookingPanel
export function definePanel(panel: TalkingPanel): TalkingPanel
export function definePanel(panel: Panel): Panel {
  return panel
}
