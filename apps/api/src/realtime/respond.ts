import { once } from 'node:events'
import { AppError, toAppError } from '@hearth/contract'
import { countRequest } from '../auth/rate-limit.ts'
import { streamChat } from '../dialects/run-chat.ts'
import { AnswerWriter } from './answer-writer.ts'
import { chatMessages, type Item, newName } from './items.ts'
import type { ResponseView } from './news.ts'
import { cutSentences, speakable } from './sentences.ts'
import type { Session } from './session.ts'
import { chooseVoice, speakSentence } from './speak.ts'
import type { Talk } from './talk.ts'

export interface ResponseWish {
  /** The conversation's, with what is wished for this answer alone. */
  session: Session
  /** What is answered in place of the conversation. */
  input?: readonly Item[] | undefined
  /** Whether the answer becomes a part of the conversation. */
  kept: boolean
  metadata: Record<string, string> | null
}

/** An answer that is being given. */
export interface ActiveResponse {
  readonly id: string
  /** Ends chat and voice at once. */
  cancel(reason: 'turn_detected' | 'client_cancelled'): void
  /** Resolves when all is told. Never rejects. */
  readonly done: Promise<ResponseView>
}

/** Answers: chat, and a voice that speaks each sentence while the next are written. */
export function respond(talk: Talk, wish: ResponseWish): ActiveResponse {
  const { session, kept, metadata } = wish
  const { modality, max_tokens, output } = session
  const stop = new AbortController()
  const id = newName('resp')
  const response: ResponseView = {
    id,
    status: 'in_progress',
    output: [],
    modality,
    max_tokens,
    voice: output.voice,
    kept,
    metadata,
  }
  void talk.tell({ kind: 'response-created', response })
  return {
    id,
    cancel(reason) {
      if (stop.signal.aborted || response.status !== 'in_progress') return
      response.reason = reason
      stop.abort(new AppError('cancelled', 'the answer was interrupted'))
    },
    done: give(talk, wish, response, stop.signal),
  }
}

async function give(talk: Talk, wish: ResponseWish, response: ResponseView, signal: AbortSignal) {
  const writer = new AnswerWriter(talk, response, wish.session.output.format)
  try {
    await countRequest(talk.deps, talk.caller, 'generate', limits => void talk.tell({ kind: 'limits', ...limits }))
    signal.throwIfAborted()
    await Promise.race([talk.heard(), once(signal, 'abort')])
    signal.throwIfAborted()
    await answer(talk, wish, response, writer, signal)
    response.status = response.reason === 'max_output_tokens' ? 'incomplete' : 'completed'
  } catch (thrown) {
    response.status = signal.aborted ? 'cancelled' : 'failed'
    if (response.status === 'failed') response.error = told(talk, thrown)
  }
  writer.end(response.status === 'completed' ? 'completed' : 'incomplete')
  void talk.tell({ kind: 'response-done', response })
  if (response.error) void talk.tell({ kind: 'error', error: response.error, event: undefined })
  return response
}

/** What may leave of an error; the log has the rest. */
export function told({ deps }: Pick<Talk, 'deps'>, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  deps.log.error({ error: thrown }, 'a conversation met an error')
  return new AppError('internal', 'something went wrong inside Hearth', {
    hint: 'The log has the cause.',
    cause: thrown,
  })
}

/** Chat and voice at the same time; whichever fails ends the other. */
async function answer(
  talk: Talk,
  wish: ResponseWish,
  response: ResponseView,
  writer: AnswerWriter,
  given: AbortSignal,
): Promise<void> {
  const failed = new AbortController()
  const signal = AbortSignal.any([given, failed.signal])
  const mouth = openMouth(talk, wish.session, writer, signal)
  let speaking: Promise<void> = Promise.resolve()
  const say = (sentences: readonly string[]) => {
    for (const sentence of sentences) speaking = speaking.then(() => mouth(sentence))
    speaking.catch(thrown => failed.abort(toAppError(thrown)))
  }
  try {
    await write(talk, wish, response, writer, { say, signal })
    await speaking
  } catch (thrown) {
    failed.abort(toAppError(thrown))
    await Promise.allSettled([speaking])
    given.throwIfAborted()
    // The first that failed says why; the other was only ended by it.
    throw failed.signal.reason
  }
}

/** Speaks one sentence: its words, then its sound. */
function openMouth(talk: Talk, session: Session, writer: AnswerWriter, signal: AbortSignal) {
  let voice: ReturnType<typeof chooseVoice> | undefined
  return async (sentence: string) => {
    signal.throwIfAborted()
    writer.write(sentence)
    const text = speakable(sentence)
    if (text === undefined) return
    voice ??= chooseVoice(talk, session.output.voice)
    for await (const audio of speakSentence(talk, await voice, session.output, text, signal)) {
      signal.throwIfAborted()
      await writer.sound(audio)
    }
  }
}

interface Output {
  say(sentences: readonly string[]): void
  signal: AbortSignal
}

async function write(
  talk: Talk,
  wish: ResponseWish,
  response: ResponseView,
  writer: AnswerWriter,
  { say, signal }: Output,
): Promise<void> {
  const cutter = cutSentences()
  for await (const event of await streamChat(talk.deps, talk.caller, chatOrder(talk, wish), signal)) {
    signal.throwIfAborted()
    if (event.kind === 'end') {
      response.usage = event.output.usage
      continue
    }
    const { chunk } = event
    if (chunk.type === 'text' && response.modality === 'text') writer.write(chunk.text)
    else if (chunk.type === 'text') {
      // Its place among the calls is where it was written, not where it is spoken.
      writer.open()
      say(cutter.write(chunk.text))
    } else if (chunk.type === 'tool_call') writer.call(chunk)
    else if (chunk.type === 'finish' && chunk.finish_reason === 'length') response.reason = 'max_output_tokens'
  }
  say(cutter.end())
}

function chatOrder({ items, meant }: Talk, { session, input }: ResponseWish) {
  const { model, instructions, tools, tool_choice, temperature, max_tokens } = session
  const messages = chatMessages(instructions, input ?? items.list())
  if (messages.length === 0) {
    throw new AppError('invalid-input', 'there is nothing to answer yet', { hint: 'Say something, or add an item.' })
  }
  return {
    model: meant.model(model),
    input: {
      messages,
      tools,
      tool_choice,
      truncation: 'oldest' as const,
      ...(temperature === undefined ? {} : { temperature }),
      ...(max_tokens === undefined ? {} : { max_tokens }),
    },
  }
}
