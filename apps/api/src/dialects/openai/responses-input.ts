import type { Message, MessagePart, ToolChoice } from '@hearth/language/message-fields'
import type { ChatInput } from '../run-chat.ts'
import { tool } from './chat-input.ts'
import type { ConversationItem, ItemPart } from './responses-items.ts'
import type { ResponseWish } from './responses-wish.ts'

/** A wish in the words of the task. @param items the whole conversation, what was said before included. */
export function responseInput(wish: ResponseWish, items: readonly ConversationItem[]): ChatInput {
  const { instructions, max_output_tokens, temperature, top_p, reasoning, text, tools } = wish
  const system: Message[] = instructions ? [{ role: 'system', content: [{ type: 'text', text: instructions }] }] : []
  const wantsLogprobs = wish.include?.includes('message.output_text.logprobs') || (wish.top_logprobs ?? 0) > 0
  return {
    messages: [...system, ...conversation(items)],
    ...(max_output_tokens == null ? {} : { max_tokens: max_output_tokens }),
    ...(temperature == null ? {} : { temperature }),
    ...(top_p == null ? {} : { top_p }),
    ...(wantsLogprobs ? { top_logprobs: wish.top_logprobs ?? 0 } : {}),
    ...(text?.format ? { response_format: responseFormat(text.format) } : {}),
    tools: (tools ?? []).map(tool),
    tool_choice: toolChoice(wish.tool_choice ?? 'auto'),
    parallel_tool_calls: wish.parallel_tool_calls ?? true,
    truncation: wish.truncation === 'auto' ? 'oldest' : 'refuse',
    ...(reasoning?.effort == null ? {} : { reasoning: reasoning.effort !== 'none' }),
  }
}

/** Thoughts, words and calls that follow each other are one message of the model. */
export function conversation(items: readonly ConversationItem[]): Message[] {
  const messages: Message[] = []
  for (const item of items) {
    const message = itemMessage(item)
    const last = messages.at(-1)
    if (last?.role === 'assistant' && message.role === 'assistant' && goesOn(last, item)) {
      last.content.push(...message.content)
    } else messages.push(message)
  }
  return messages
}

function goesOn({ content }: Message, { type }: ConversationItem): boolean {
  if (type === 'reasoning') return content.every(part => part.type === 'reasoning')
  return type === 'function_call' || !content.some(part => part.type === 'text' || part.type === 'tool_call')
}

function itemMessage(item: ConversationItem): Message {
  switch (item.type) {
    case 'message':
      return { role: item.role, content: item.content.map(messagePart) }
    case 'reasoning':
      return { role: 'assistant', content: [{ type: 'reasoning', text: thought(item) }] }
    case 'function_call': {
      const { call_id: id, name, arguments: json } = item
      return { role: 'assistant', content: [{ type: 'tool_call', id, name, arguments: json }] }
    }
    case 'function_call_output': {
      const content = item.output.map(messagePart).filter(part => part.type === 'text' || part.type === 'image')
      return {
        role: 'tool',
        content: [{ type: 'tool_result', tool_call_id: item.call_id, content, is_error: false }],
      }
    }
  }
}

function thought({ summary, content }: Extract<ConversationItem, { type: 'reasoning' }>): string {
  return (content?.length ? content : summary).map(({ text }) => text).join('\n')
}

function messagePart(part: ItemPart): MessagePart {
  if (part.type === 'input_image') return { type: 'image', image: part.image_url }
  if (part.type === 'refusal') return { type: 'refusal', text: part.refusal }
  return { type: 'text', text: part.text }
}

type Format = NonNullable<NonNullable<ResponseWish['text']>['format']>

function responseFormat(format: Format): ChatInput['response_format'] {
  return format.type === 'json_schema' ? { type: format.type, name: format.name, schema: format.schema } : format
}

function toolChoice(choice: NonNullable<ResponseWish['tool_choice']>): ToolChoice {
  if (typeof choice === 'string') return choice
  if (choice.type === 'function') return { names: [choice.name], required: true }
  return { names: choice.tools.map(({ name }) => name), required: choice.mode === 'required' }
}
