import { AppError } from '@hearth/contract'
import type { Message, MessagePart } from '../../message-fields.ts'

type TemplateMessage = Record<string, unknown>

/** Messages as templates know them: those of OpenAI, with text for content and arguments that are parsed. */
export function templateMessages(messages: readonly Message[]): TemplateMessage[] {
  return messages.flatMap(({ role, content }) => {
    const results = content.filter(part => part.type === 'tool_result')
    const rest = content.filter(part => part.type !== 'tool_result')
    return [
      ...results.map(({ tool_call_id, content }) => ({ role: 'tool', tool_call_id, content: textOf(content) })),
      ...(rest.length === 0 && results.length > 0 ? [] : [templateMessage(role, rest)]),
    ]
  })
}

function templateMessage(role: Message['role'], content: readonly MessagePart[]): TemplateMessage {
  const calls = content.filter(part => part.type === 'tool_call')
  const thoughts = content.filter(part => part.type === 'reasoning').map(({ text }) => text)
  return {
    // Templates know nothing of developers.
    role: role === 'developer' ? 'system' : role,
    content: textOf(content),
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join('\n') }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(templateCall) }),
  }
}

function templateCall({ id, name, arguments: json }: Extract<MessagePart, { type: 'tool_call' }>) {
  return { id, type: 'function', function: { name, arguments: parsed(json) } }
}

/** A call may have been written by a model that writes unsound JSON: then it is shown as it is. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}

/** Parts stand on lines of their own, as vLLM and llama.cpp's server have it. */
function textOf(content: readonly MessagePart[]): string {
  return content
    .map(part => {
      if (part.type === 'text' || part.type === 'refusal') return part.text
      if (part.type !== 'image' && part.type !== 'audio') return ''
      throw new AppError('invalid-input', `this model does not take ${part.type === 'image' ? 'pictures' : 'sound'}`, {
        path: ['messages'],
        hint: 'Leave it out, or choose a model that does.',
      })
    })
    .filter(text => text !== '')
    .join('\n')
}
