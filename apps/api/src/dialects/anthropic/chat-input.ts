import type { task as chat } from '@hearth/language/chat/spec'
import type { task as countTokens } from '@hearth/language/count-tokens/spec'
import type { ToolChoice } from '@hearth/language/message-fields'
import type { z } from 'zod'
import { chatMessages } from './chat-messages.ts'
import type { CountWish, MessageWish } from './message-wish.ts'

/** What is asked of the task `chat`. */
export function chatInput(wish: MessageWish) {
  const { tool_choice: choice, output_config: output } = wish
  return {
    ...countInput(wish),
    tool_choice: toolChoice(choice),
    parallel_tool_calls: !(choice && choice.type !== 'none' && choice.disable_parallel_tool_use === true),
    ...(output?.format ? { response_format: { type: 'json_schema' as const, schema: output.format.schema } } : {}),
    reasoning: wish.thinking ? wish.thinking.type !== 'disabled' : undefined,
    max_tokens: wish.max_tokens,
    stop: wish.stop_sequences,
    temperature: wish.temperature,
    top_p: wish.top_p,
    top_k: wish.top_k,
  } satisfies z.input<typeof chat.input>
}

/** What is asked of the task `count-tokens`. */
export function countInput({ system, messages, tools }: CountWish) {
  return {
    messages: chatMessages(system, messages),
    tools: (tools ?? []).map(({ name, description, input_schema, strict }) => ({
      name,
      description: description ?? undefined,
      parameters: input_schema,
      strict: strict ?? false,
    })),
  } satisfies z.input<typeof countTokens.input>
}

function toolChoice(choice: MessageWish['tool_choice']): ToolChoice {
  switch (choice?.type) {
    case 'any':
      return 'required'
    case 'tool':
      return { names: [choice.name], required: true }
    case 'none':
      return 'none'
    default:
      return 'auto'
  }
}
