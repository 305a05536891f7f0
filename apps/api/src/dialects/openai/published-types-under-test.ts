import { Ajv } from 'ajv'
import type OpenAI from 'openai'
import { createGenerator } from 'ts-json-schema-generator'

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
type ByType<Event extends { type: string }> = { [Kind in Event as Kind['type']]: Kind }

/** What OpenAI publishes of its answers: the types of its client, which are made from the description of its interface. */
export interface Published {
  chat: OpenAI.ChatCompletion
  chunk: OpenAI.ChatCompletionChunk
  completion: OpenAI.Completion
  completionPiece: CompletionPiece
  response: SentResponse
  event: ByType<SentEvent<OpenAI.Responses.ResponseStreamEvent>>
  embeddings: OpenAI.CreateEmbeddingResponse
  model: OpenAI.Model
  moderations: OpenAI.ModerationCreateResponse
  transcription: OpenAI.Audio.Transcription
  verbose: OpenAI.Audio.TranscriptionVerbose
  piece: ByType<OpenAI.Audio.TranscriptionStreamEvent>
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
    const validate = ajv.getSchema(`openai#/definitions/Published/properties/${type}`)
    if (!validate) throw new Error(`there is no schema of ${type}`)
    validate(value)
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}
