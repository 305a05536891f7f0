import type { MessagePart } from '@hearth/language/message-fields'
import type { TokenLogprob } from '@hearth/language/sampling-fields'
import type { ChatAnswer, ChatEvent } from '../run-chat.ts'
import { argumentsOf, createCallCollector, type WholeCall } from '../whole-calls.ts'

/** The two ways in which Ollama writes an answer: as a message, or as a response. */
export type Form = 'chat' | 'generate'

/** What a piece of an answer, or a whole one, says. */
interface Said {
  text?: string
  thinking?: string
  calls?: readonly WholeCall[]
  logprobs?: readonly TokenLogprob[] | undefined
}

const nanoseconds = 1e6

/** One line of an answer by this model, as the client named it. */
function line(form: Form, model: string, { text = '', thinking, calls = [], logprobs = [] }: Said) {
  const thought = thinking ? { thinking } : {}
  const made = calls.map(({ id, name, arguments: json }, index) => ({
    id,
    function: { index, name, arguments: argumentsOf(json) ?? {} },
  }))
  const tools = made.length > 0 ? { tool_calls: made } : {}
  return {
    model,
    created_at: new Date().toISOString(),
    ...(form === 'chat'
      ? { message: { role: 'assistant', content: text, ...thought, ...tools } }
      : { response: text, ...thought, ...tools }),
    ...(logprobs.length > 0 ? { logprobs } : {}),
    done: false,
  }
}

/** What the last line has besides. Ollama leaves out what is zero. */
function ending({ output, timings }: ChatAnswer) {
  const [choice] = output.choices
  const { prompt_tokens, completion_tokens } = output.usage
  const counts = {
    total_duration: Math.round(timings.total_ms * nanoseconds),
    load_duration: Math.round((timings.total_ms - timings.engine_ms) * nanoseconds),
    prompt_eval_count: prompt_tokens,
    eval_count: completion_tokens,
    eval_duration: Math.round(timings.engine_ms * nanoseconds),
  }
  return {
    done: true,
    done_reason: choice?.finish_reason === 'length' ? 'length' : 'stop',
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  }
}

/** A whole answer. */
export function wholeAnswer(form: Form, model: string, answer: ChatAnswer): object {
  const [{ content = [], logprobs } = {}] = answer.output.choices
  const textOf = (...types: MessagePart['type'][]) =>
    content.map(part => ('text' in part && types.includes(part.type) ? part.text : '')).join('')
  const calls = content.filter(part => part.type === 'tool_call')
  const said = {
    text: textOf('text', 'refusal') + unread(calls),
    thinking: textOf('reasoning'),
    calls: calls.filter(isRead),
    logprobs,
  }
  return { ...line(form, model, said), ...ending(answer) }
}

/** Translates the pieces of an answer, each into lines. That it is done is said when all of it is known to be good. */
export function createAnswerLines(form: Form, model: string): (event: ChatEvent) => object[] {
  const collector = createCallCollector()
  const piece = (said: Said) => line(form, model, said)
  const finishCalls = () => {
    const calls = collector.take(0)
    const read = calls.filter(isRead)
    const text = unread(calls)
    return [...(text === '' ? [] : [piece({ text })]), ...(read.length === 0 ? [] : [piece({ calls: read })])]
  }
  return event => {
    if (event.kind === 'end') return [...finishCalls(), { ...piece({}), ...ending(event) }]
    const { chunk } = event
    switch (chunk.type) {
      case 'start':
        return []
      case 'text':
        return [...finishCalls(), ...(chunk.text === '' ? [] : [piece({ text: chunk.text, logprobs: chunk.logprobs })])]
      case 'reasoning':
        return [...finishCalls(), ...(chunk.text === '' ? [] : [piece({ thinking: chunk.text })])]
      case 'tool_call':
        collector.add(chunk)
        return []
      case 'finish':
        return finishCalls()
    }
  }
}

/** The answer to a request without words, which is there to have the model loaded. */
export function loadedAnswer(form: Form, model: string, reason: 'load' | 'unload'): object {
  return { ...line(form, model, {}), done: true, done_reason: reason }
}

const isRead = (call: WholeCall) => argumentsOf(call.arguments) !== undefined

/** Calls that are no calls, as the text that they are: nothing that the model wrote is lost. */
function unread(calls: readonly WholeCall[]): string {
  return calls
    .filter(call => !isRead(call))
    .map(({ name, arguments: json }) => `${name}(${json})`)
    .join('\n')
}
