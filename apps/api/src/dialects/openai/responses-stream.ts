import type { AppError } from '@hearth/contract'
import type { SseFrame } from '../../live/sse.ts'
import type { ChatEvent, ChatOutput } from '../run-chat.ts'
import { openaiErrorBody } from './error-body.ts'
import type { Outcome, ResponseBody } from './responses-answer.ts'
import type { ResponseEvent } from './responses-open-item.ts'
import { chunksOf, type OutputWriter } from './responses-output.ts'

/** One answer in the making. */
export interface ResponseRun {
  writer: OutputWriter
  body(outcome: Outcome): ResponseBody
  /** Puts down how it ended. Called once. */
  end(outcome: Outcome): Promise<ResponseBody>
  /** Whether the client is gone. */
  left(): boolean
  /** A failure as the client may see it. */
  told(thrown: unknown): AppError
}

/** An answer that came as a whole. */
export function wholeResponse({ writer, end }: ResponseRun, output: ChatOutput): Promise<ResponseBody> {
  for (const chunk of chunksOf(output)) writer.write(chunk)
  return end(outcomeOf(output, writer))
}

/** An answer as it is written. However this ends, left in the middle included, it is put down how the answer stands. */
export async function* responseEvents(
  { writer, body, end, left, told }: ResponseRun,
  chat: AsyncIterable<ChatEvent>,
): AsyncGenerator<ResponseEvent> {
  let ended = false
  try {
    const response = body({ status: 'in_progress', output: [] })
    yield { type: 'response.created', response }
    yield { type: 'response.in_progress', response }
    for await (const event of chat) {
      if (event.kind === 'chunk') yield* writer.write(event.chunk)
      else {
        const response = await end(outcomeOf(event.output, writer))
        ended = true
        yield { type: `response.${response.status}`, response }
      }
    }
  } catch (thrown) {
    // What is thrown then says no more than that.
    if (left()) return
    ended = true
    writer.stop()
    const failure = told(thrown)
    const { code, message } = openaiErrorBody(failure).error
    const response = await end({ status: 'failed', output: writer.output, error: { code, message } })
    yield errorEvent(failure)
    yield { type: 'response.failed', response }
  } finally {
    if (!ended) {
      writer.stop()
      await end({ status: 'cancelled', output: writer.output })
    }
  }
}

/** Some clients look for the error in the event itself, others in its `error`. */
export function errorEvent(failure: AppError): ResponseEvent {
  const { error } = openaiErrorBody(failure)
  const { code, message, param } = error
  return { type: 'error', code, message, param, error }
}

/** Numbers events as they are sent. */
export function createEventFrames(): (event: ResponseEvent) => SseFrame {
  let number = 0
  return ({ type, ...rest }) => ({
    event: type,
    data: JSON.stringify({ type, sequence_number: number++, ...rest }),
  })
}

function outcomeOf({ choices, usage }: ChatOutput, { output }: OutputWriter): Outcome {
  const cut = choices.some(({ finish_reason }) => finish_reason === 'length')
  return { status: cut ? 'incomplete' : 'completed', output, usage }
}
