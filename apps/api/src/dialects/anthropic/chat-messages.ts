import type { Message, MessagePart } from '@hearth/language/message-fields'
import type { AssistantBlock, Turn, UserBlock } from './content-blocks.ts'

type Carried = Extract<MessagePart, { type: 'text' | 'image' }>
type Result = Extract<MessagePart, { type: 'tool_result' }>
type Given = Exclude<UserBlock, { type: 'tool_result' }>

/** Between turns that become one. */
const gap: MessagePart = { type: 'text', text: '\n\n' }

/**
 * The conversation in our own parts. Pictures are still data URLs and addresses. Turns of one speaker that follow each
 * other become one, as Anthropic has it and as models were trained.
 */
export function chatMessages(system: Turn['content'] | null | undefined, turns: readonly Turn[]): Message[] {
  const opening: Turn[] = system?.some(block => block.type === 'text' && block.text !== '')
    ? [{ role: 'system', content: system.filter(block => block.type === 'text') }]
    : []
  const messages: Message[] = []
  for (const message of [...opening, ...turns].flatMap(messagesOf)) {
    const last = messages.at(-1)
    if (last?.role !== message.role || message.role === 'tool') {
      messages.push(message)
      continue
    }
    if (last.content.at(-1)?.type === 'text' && message.content[0]?.type === 'text') last.content.push(gap)
    for (const part of message.content) last.content.push(part)
  }
  return messages
}

function messagesOf(turn: Turn): Message[] {
  if (turn.role === 'user') return userMessages(turn.content)
  if (turn.role === 'assistant') return [{ role: 'assistant', content: turn.content.flatMap(assistantParts) }]
  return [{ role: 'system', content: turn.content.flatMap(givenParts) }]
}

/** Results of tools are messages of their own, in the order in which they were sent. */
function userMessages(blocks: readonly UserBlock[]): Message[] {
  const messages: Message[] = []
  for (const block of blocks) {
    if (block.type === 'tool_result') {
      messages.push({ role: 'tool', content: [resultPart(block)] })
      continue
    }
    const last = messages.at(-1)
    if (last?.role === 'user') last.content.push(...givenParts(block))
    else messages.push({ role: 'user', content: givenParts(block) })
  }
  return messages.length === 0 ? [{ role: 'user', content: [] }] : messages
}

function resultPart({ tool_use_id, content, is_error }: Extract<UserBlock, { type: 'tool_result' }>): Result {
  const type = 'tool_result' as const
  return { type, tool_call_id: tool_use_id, content: content.flatMap(givenParts), is_error: is_error ?? false }
}

function assistantParts(block: AssistantBlock): MessagePart[] {
  switch (block.type) {
    case 'thinking':
      return [{ type: 'reasoning', text: block.thinking, ...(block.signature ? { signature: block.signature } : {}) }]
    case 'redacted_thinking':
      return []
    case 'tool_use':
      return [{ type: 'tool_call', id: block.id, name: block.name, arguments: JSON.stringify(block.input) }]
    default:
      return givenParts(block)
  }
}

function givenParts(block: Given): Carried[] {
  switch (block.type) {
    case 'text':
      return [{ type: 'text', text: block.text }]
    case 'image':
      return [{ type: 'image', image: pictureOf(block.source) }]
    case 'document':
      return [
        ...heading(block.title, block.context),
        ...(block.source.type === 'text'
          ? [{ type: 'text' as const, text: block.source.data }]
          : block.source.content.flatMap(givenParts)),
      ]
    case 'search_result':
      return [...heading(block.title, block.source), ...block.content.flatMap(givenParts)]
  }
}

/** What is known of a text, above it. */
function heading(...lines: (string | null | undefined)[]): Carried[] {
  const known = lines.filter(line => line != null && line !== '')
  return known.length === 0 ? [] : [{ type: 'text', text: `${known.join('\n')}\n\n` }]
}

function pictureOf(source: Extract<Given, { type: 'image' }>['source']): string {
  return source.type === 'url' ? source.url : `data:${source.media_type};base64,${source.data}`
}
