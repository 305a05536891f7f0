import { Ajv } from 'ajv'
import type OpenAI from 'openai'
import { createGenerator } from 'ts-json-schema-generator'
import { z } from 'zod'

const eventHead = z.looseObject({ type: z.string() })

type Response = OpenAI.Responses.Response

/** The text is put together by the client, and its type leaves out that OpenAI sends null for what is not there (yet). */
type SentResponse = Omit<Response, 'output_text' | 'usage' | 'user'> & {
  usage: Response['usage'] | null
  user?: string | null
}
type SentEvent<Event> = Event extends { response: Response }
  ? Omit<Event, 'response'> & { response: SentResponse }
  : Event

/** The type of whole completions is used for the pieces of streamed ones, of which OpenAI says elsewhere what is null. */
type CompletionPiece = Omit<OpenAI.Completion, 'choices' | 'usage'> & {
  choices: (Omit<OpenAI.CompletionChoice, 'finish_reason'> & {
    finish_reason: OpenAI.CompletionChoice['finish_reason'] | null
  })[]
  usage?: OpenAI.CompletionUsage | null
}

/** Kinds of events by their names, so that what is told of an event is about its own kind. */
type ResponseEvents = {
  [Type in OpenAI.Responses.ResponseStreamEvent['type']]: SentEvent<
    Extract<OpenAI.Responses.ResponseStreamEvent, { type: Type }>
  >
}

/** Seconds are counted here, as OpenAI does in whole transcriptions. */
interface TranscriptionEvents {
  'transcript.text.delta': OpenAI.Audio.TranscriptionTextDeltaEvent
  'transcript.text.segment': OpenAI.Audio.TranscriptionTextSegmentEvent
  'transcript.text.done': OpenAI.Audio.TranscriptionTextDoneEvent
}

/** What OpenAI publishes of its answers: the types of its client, which are made from the description of its interface. */
export interface Published {
  chat: OpenAI.ChatCompletion
  chunk: OpenAI.ChatCompletionChunk
  completion: OpenAI.Completion
  completionPiece: CompletionPiece
  response: SentResponse
  event: ResponseEvents
  embeddings: OpenAI.CreateEmbeddingResponse
  model: OpenAI.Model
  moderations: OpenAI.ModerationCreateResponse
  transcription: OpenAI.Audio.Transcription
  verbose: OpenAI.Audio.TranscriptionVerbose
  piece: TranscriptionEvents
  error: OpenAI.ErrorObject
}

/** Tells what of a value is not as its type says; more fields than the type has are fine. */
export function openPublished(): (type: keyof Published, value: unknown) => string[] {
  const schema = createGenerator({
    path: import.meta.filename,
    type: 'Published',
    skipTypeCheck: true,
    additionalProperties: true,
    jsDoc: 'none',
  }).createSchema('Published')
  const ajv = new Ajv({ strict: false, allErrors: true }).addSchema(schema, 'openai')
  return (type, value) => {
    const event = type === 'event' || type === 'piece' ? eventHead.parse(value).type : undefined
    const path = event === undefined ? type : `${type}/properties/${event}`
    const validate = ajv.getSchema(`openai#/definitions/Published/properties/${path}`)
    if (!validate) return [`${path} is not published`]
    validate(value)
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}
