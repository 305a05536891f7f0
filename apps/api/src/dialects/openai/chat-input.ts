import type { Message, MessagePart, Tool, ToolChoice } from '@hearth/language/message-fields'
import type { ChatInput } from '../run-chat.ts'
import type { ChatWish, CompletionWish, ContentPart, WishedMessage } from './chat-wish.ts'

/** A wish in the words of the task. Pictures are still as the client gave them. */
export function chatInput(wish: ChatWish): Omit<ChatInput, 'messages'> & { messages: Message[] } {
  const reasoning =
    wish.enable_thinking ?? (wish.reasoning_effort == null ? undefined : wish.reasoning_effort !== 'none')
  return {
    messages: wish.messages.map(message),
    ...samplingInput(wish, wish.max_completion_tokens),
    ...(wish.logprobs ? { top_logprobs: wish.top_logprobs ?? 0 } : {}),
    ...(wish.response_format ? { response_format: responseFormat(wish.response_format) } : {}),
    tools: (wish.tools ?? []).map(({ function: given }) => tool(given)),
    tool_choice: toolChoice(wish.tool_choice ?? 'auto'),
    parallel_tool_calls: wish.parallel_tool_calls ?? true,
    ...(reasoning === undefined ? {} : { reasoning }),
  }
}

interface GivenTool {
  name: string
  description?: string | null | undefined
  parameters?: Tool['parameters'] | null | undefined
  strict?: boolean | null | undefined
}

/** A function as chats and responses describe it. */
export function tool({ name, description, parameters, strict }: GivenTool) {
  return {
    name,
    ...(description == null ? {} : { description }),
    ...(parameters == null ? {} : { parameters }),
    strict: strict ?? false,
  }
}

/** The part that chats and completions share. */
export function samplingInput(wish: Omit<CompletionWish, 'prompt' | 'logprobs'>, limit?: number | null) {
  const { temperature, top_p, top_k, min_p, frequency_penalty, presence_penalty, seed, logit_bias } = wish
  const given = {
    max_tokens: limit ?? wish.max_tokens,
    temperature,
    top_p,
    // -1 is how other servers say: all.
    top_k: top_k === -1 ? 0 : top_k,
    min_p,
    frequency_penalty,
    presence_penalty,
    repeat_penalty: wish.repetition_penalty,
    seed: seed == null ? undefined : Math.abs(seed),
    stop: wish.stop?.filter(stop => stop !== ''),
    logit_bias,
    n: wish.n,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value != null)) as Pick<
    ChatInput,
    'max_tokens' | 'temperature' | 'top_p' | 'top_k' | 'min_p' | 'seed' | 'stop' | 'logit_bias' | 'n'
  >
}

function message(given: WishedMessage): Message {
  if (given.role === 'tool') {
    const content = parts(given.content).filter(part => part.type === 'text' || part.type === 'image')
    return {
      role: 'tool',
      content: [{ type: 'tool_result', tool_call_id: given.tool_call_id, content, is_error: false }],
    }
  }
  const { role, name } = given
  const named = name === undefined ? {} : { name }
  if (role !== 'assistant') return { role, ...named, content: parts(given.content) }
  const { reasoning_content, refusal, tool_calls } = given
  const content: MessagePart[] = [
    ...(reasoning_content ? [{ type: 'reasoning' as const, text: reasoning_content }] : []),
    ...parts(given.content ?? []),
    ...(refusal ? [{ type: 'refusal' as const, text: refusal }] : []),
    ...(tool_calls ?? []).map(({ id, function: call }) => ({ type: 'tool_call' as const, id, ...call })),
  ]
  return { role, ...named, content }
}

function parts(content: string | readonly ContentPart[]): MessagePart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return content.map(part => {
    if (part.type === 'text') return part
    if (part.type === 'refusal') return { type: 'refusal', text: part.refusal }
    return { type: 'image', image: part.image_url.url }
  })
}

function responseFormat(format: NonNullable<ChatWish['response_format']>): ChatInput['response_format'] {
  if (format.type !== 'json_schema') return format
  return { type: 'json_schema', ...format.json_schema }
}

function toolChoice(choice: NonNullable<ChatWish['tool_choice']>): ToolChoice {
  if (typeof choice === 'string') return choice
  if (choice.type === 'function') return { names: [choice.function.name], required: true }
  const { mode, tools } = choice.allowed_tools
  return { names: tools.map(tool => tool.function.name), required: mode === 'required' }
}
