import { AppError } from '@hearth/contract'
import type { Message, MessagePart } from '@hearth/language/message-fields'
import { createOpenCalls, type OpenCalls } from '../open-calls.ts'
import type { ChatInput } from '../run-chat.ts'
import type { ChatRequest, GenerateRequest, OllamaMessage, OllamaTool, Options, Wish } from './wire.ts'

type Input = Omit<ChatInput, 'messages'> & { messages: Message[] }

/** A conversation in the words of our task. @throws AppError `invalid-input`. */
export function chatInput(request: ChatRequest): Input {
  const calls = createOpenCalls()
  return {
    messages: request.messages.map((message, index) => readMessage(message, index, calls)),
    ...(request.tools === undefined ? {} : { tools: request.tools.map(readTool) }),
    ...wishes(request),
  }
}

/** One prompt as a conversation. @throws AppError `invalid-input` for what changes how a model is asked. */
export function generateInput(request: GenerateRequest): Input {
  const { prompt, system, images = [] } = request
  const said: Message = { role: 'user', content: [{ type: 'text', text: prompt }, ...images.map(imagePart)] }
  const told: Message[] = system ? [{ role: 'system', content: [{ type: 'text', text: system }] }] : []
  return { messages: [...told, said], ...wishes(request) }
}

/** @throws AppError `invalid-input` for fields that would change the answer and are not served. */
export function requireServed({ model, suffix, template, context }: GenerateRequest): void {
  if (suffix) throw new AppError('invalid-input', `${model} does not support insert`, { path: ['suffix'] })
  if (template) {
    throw new AppError('invalid-input', 'template: models keep their own', {
      path: ['template'],
      hint: 'Send raw text.',
    })
  }
  if (context && context.length > 0) {
    throw new AppError('invalid-input', 'context: not kept here', { path: ['context'], hint: 'Use /api/chat.' })
  }
}

function readMessage(message: OllamaMessage, index: number, calls: OpenCalls): Message {
  const { role, content = '', thinking, images = [], tool_calls: made = [] } = message
  const text: MessagePart[] = content === '' ? [] : [{ type: 'text', text: content }]
  if (role === 'tool') return { role, content: [toolResult(message, index, calls)] }
  const thought: MessagePart[] = thinking ? [{ type: 'reasoning', text: thinking }] : []
  const toolCalls = made.map(({ id, function: { name, arguments: args = {} } }): MessagePart => {
    return { type: 'tool_call', id: calls.add({ id, name }), name, arguments: JSON.stringify(args) }
  })
  return { role, content: [...thought, ...text, ...images.map(imagePart), ...toolCalls] }
}

/** Clients may leave out whose result it is: then it is that of the call that waits longest. */
function toolResult(
  { content = '', tool_name, tool_call_id }: OllamaMessage,
  index: number,
  calls: OpenCalls,
): MessagePart {
  const id = calls.answer({ id: tool_call_id, name: tool_name || undefined })
  if (id !== undefined) {
    return { type: 'tool_result', tool_call_id: id, content: [{ type: 'text', text: content }], is_error: false }
  }
  throw new AppError('invalid-input', `messages.${index}: no tool was called that this is the result of`, {
    path: ['messages', index],
    hint: 'Send the message with the tool_calls before it.',
  })
}

/** Ollama's pictures are base64 without a prefix; what they are is seen in their bytes. */
function imagePart(image: string): Extract<MessagePart, { type: 'image' }> {
  return { type: 'image', image: image.startsWith('data:') ? image : `data:;base64,${image}` }
}

function readTool({ function: { name, description, parameters } }: OllamaTool) {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
  }
}

function wishes(wish: Wish): Omit<Input, 'messages'> {
  const { format, think, truncate, options } = wish
  return {
    response_format: formatOf(format),
    // Ollama's clients send whole conversations and leave it to the server to make them fit.
    truncation: truncate === false ? 'refuse' : 'oldest',
    ...(think === undefined ? {} : { reasoning: think !== false }),
    ...samplingOf(wish, options),
  }
}

function formatOf(format: Wish['format']): NonNullable<ChatInput['response_format']> {
  if (format === undefined || format === '') return { type: 'text' }
  return format === 'json' ? { type: 'json_object' } : { type: 'json_schema', schema: format }
}

/** How tokens are chosen. Below zero Ollama means: no limit, and any seed. */
export function samplingOf(
  { logprobs, top_logprobs = 0 }: Pick<Wish, 'logprobs' | 'top_logprobs'>,
  options: Options = {},
) {
  const { num_predict, seed, ...same } = options
  const limit = num_predict !== undefined && num_predict > 0 ? { max_tokens: num_predict } : {}
  const given = Object.entries(same).filter(([, value]) => value !== undefined)
  return {
    ...(Object.fromEntries(given) as Partial<{ [K in keyof typeof same]: Exclude<(typeof same)[K], undefined> }>),
    ...limit,
    ...(seed !== undefined && seed >= 0 ? { seed } : {}),
    ...(logprobs === true ? { top_logprobs } : {}),
  }
}
