import type { ChatInput } from '../dialects/run-chat.ts'
import type { SoundFormat } from './sound-format.ts'

/** When the sound itself says that it is somebody else's turn. */
export interface TurnSettings {
  /** How sure it must be that this is speech. */
  threshold: number
  /** Milliseconds of sound before the speech that belong to the turn. */
  prefix_padding_ms: number
  /** Milliseconds of silence that end it. */
  silence_duration_ms: number
  /** Whether a turn is answered of itself. */
  create_response: boolean
  /** Whether speech ends the answer that is being given. */
  interrupt_response: boolean
  /** Milliseconds of silence after an answer until the model speaks again; null: never. */
  idle_timeout_ms: number | null
  /** Of clients that let the meaning decide: how soon. */
  eagerness?: 'low' | 'medium' | 'high' | 'auto' | undefined
}

/** How a conversation is to be held. Models and voices are named as its client names them; see `Meant`. */
export interface Session {
  /** A transcription only listens. */
  kind: 'conversation' | 'transcription'
  model: string | undefined
  instructions: string
  /** In which way it answers. */
  modality: 'text' | 'audio'
  tools: ChatInput['tools']
  tool_choice: ChatInput['tool_choice']
  temperature: number | undefined
  /** Tokens of an answer at most. */
  max_tokens: number | undefined
  input: {
    format: SoundFormat
    /** Null: the client says where turns end. */
    turns: TurnSettings | null
    transcription: { model?: string | undefined; language?: string | undefined; prompt?: string | undefined }
  }
  output: {
    format: SoundFormat
    voice: string | undefined
    speed: number
  }
}

/** What a client's names stand for: id or alias of a model, or undefined for the default of its task. The ear writes down. */
export type Meant = Record<'model' | 'ear' | 'voice', (name: string | undefined) => string | undefined>

export const usualTurns: TurnSettings = {
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  create_response: true,
  interrupt_response: true,
  idle_timeout_ms: null,
}

export const usualSession: Session = {
  kind: 'conversation',
  model: undefined,
  instructions: '',
  modality: 'audio',
  tools: [],
  tool_choice: 'auto',
  temperature: undefined,
  max_tokens: undefined,
  input: { format: 'pcm16', turns: usualTurns, transcription: {} },
  output: { format: 'pcm16', voice: undefined, speed: 1 },
}
