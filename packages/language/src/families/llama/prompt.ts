import type { Token } from 'node-llama-cpp'
import type { Message, Tool } from '../../message-fields.ts'
import type { ChatTemplate } from './chat-template.ts'
import { requireRoom } from './generate.ts'
import type { Loaded } from './library.ts'
import { withToolText } from './tool-use.ts'

export interface Conversation {
  messages: readonly Message[]
  tools: readonly Tool[]
  reasoning?: boolean | undefined
}

/** A conversation as this model reads it. */
export function promptTokens(
  { model }: Loaded,
  template: ChatTemplate,
  { messages, tools, reasoning }: Conversation,
): { text: string; tokens: Token[] } {
  const told = template.tools || tools.length === 0 ? messages : withToolText(messages, tools)
  const text = template.render(told, { tools, reasoning })
  // The template writes the tokens with which a text begins itself.
  return { text, tokens: model.tokenize(text, true) }
}

/**
 * The same, with the oldest turns left out until it fits; the messages of the system, and the last one, stay.
 * @throws AppError `invalid-input` where it does not fit all the same, or nothing may be left out.
 */
export function fittingPrompt(
  loaded: Loaded,
  template: ChatTemplate,
  conversation: Conversation,
  truncation: 'refuse' | 'oldest',
): { text: string; tokens: Token[]; omitted: number } {
  let { messages } = conversation
  for (let omitted = 0; ; omitted++) {
    const prompt = promptTokens(loaded, template, { ...conversation, messages })
    const shorter = truncation === 'oldest' ? withoutOldest(messages) : undefined
    if (prompt.tokens.length < loaded.context.contextSize || !shorter) {
      requireRoom(loaded, prompt.tokens.length, 'messages')
      return { ...prompt, omitted }
    }
    messages = shorter
  }
}

/** Without the first message that is not the system's; undefined where only the last one is left. */
function withoutOldest(messages: readonly Message[]): Message[] | undefined {
  const oldest = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer')
  if (oldest < 0 || oldest === messages.length - 1) return undefined
  return messages.toSpliced(oldest, 1)
}
