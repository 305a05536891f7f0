import type { MessagePart } from '@hearth/language/message-fields'
import type { Usage } from '@hearth/language/sampling-fields'
import type { ChatOutput } from '../run-chat.ts'

type Choice = ChatOutput['choices'][number]

/** What is known of an answer before it is there. */
export interface AnswerHead {
  id: string
  /** As the client named it. */
  model: string
  /** Whether thoughts are shown, or only that there were some. */
  showThinking: boolean
}

/** A message as it stands before its first block. Clients read every key of it. */
export function emptyMessage({ id, model }: AnswerHead) {
  return {
    id,
    type: 'message' as const,
    role: 'assistant' as const,
    model,
    content: [] as object[],
    container: null,
    diagnostics: null,
    stop_reason: null as StopReason | null,
    stop_sequence: null as string | null,
    stop_details: null,
  }
}

/** The whole answer. */
export function answerMessage({ choices, usage }: ChatOutput, head: AnswerHead) {
  const [choice] = choices
  return {
    ...emptyMessage(head),
    content: (choice?.content ?? []).flatMap(part => blockOf(part, head)),
    ...stopOf(choice),
    usage: { ...usageOf(usage), ...unknownUsage },
  }
}

type StopReason = 'end_turn' | 'max_tokens' | 'stop_sequence' | 'tool_use'

/** A cut answer is told as such; else whoever is to run tools must learn it, whatever the model said beside. */
export function stopOf(choice: Choice | undefined): { stop_reason: StopReason; stop_sequence: string | null } {
  const met = choice?.stop_sequence ?? null
  if (choice?.finish_reason === 'length') return { stop_reason: 'max_tokens', stop_sequence: null }
  const calls = choice?.finish_reason === 'tool_calls' || choice?.content.some(({ type }) => type === 'tool_call')
  if (calls) return { stop_reason: 'tool_use', stop_sequence: null }
  return { stop_reason: met === null ? 'end_turn' : 'stop_sequence', stop_sequence: met }
}

/** All that was counted so far. Anthropic counts what was read from a cache apart from the rest of the prompt. */
export function usageOf(usage: Usage) {
  return {
    input_tokens: usage.prompt_tokens - usage.cached_tokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage.cached_tokens,
    output_tokens: usage.completion_tokens,
    output_tokens_details: { thinking_tokens: usage.reasoning_tokens },
    server_tool_use: null,
  }
}

/** What clients' types also have and no server of one's own can say. */
export const unknownUsage = {
  cache_creation: null,
  inference_geo: null,
  service_tier: null,
  speed: null,
} as const

function blockOf(part: MessagePart, { showThinking }: AnswerHead): object[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [{ type: 'text', text: part.text }]
    case 'reasoning':
      return [{ type: 'thinking', thinking: showThinking ? part.text : '', signature: part.signature ?? '' }]
    case 'tool_call':
      return [toolUse(part.id, part.name, argumentsOf(part.arguments))]
    default:
      return []
  }
}

export function toolUse(id: string, name: string, input: object) {
  return { type: 'tool_use', id, name, input, caller: { type: 'direct' } }
}

/** A model may write unsound JSON. Anthropic's advice is to show it under this key: no tool takes it by mistake. */
function argumentsOf(json: string): object {
  try {
    const value: unknown = json.trim() === '' ? {} : JSON.parse(json)
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return { INVALID_JSON: json }
}
