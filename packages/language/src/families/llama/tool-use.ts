import type { Message, MessagePart, Tool, ToolChoice } from '../../message-fields.ts'
import { hermes } from './call-format.ts'
import { templateTool } from './chat-template.ts'

/** The tools that may be called, and whether one must be. */
export function toolsToCall(
  tools: readonly Tool[],
  choice: ToolChoice,
): { allowed: readonly Tool[]; required: boolean } {
  if (choice === 'none') return { allowed: [], required: false }
  if (typeof choice === 'string') return { allowed: tools, required: choice === 'required' }
  return { allowed: tools.filter(({ name }) => choice.names.includes(name)), required: choice.required }
}

/** Tells a model of tools whose template does not. */
export function withToolText(messages: readonly Message[], tools: readonly Tool[]): Message[] {
  const text = [
    'You may call one or more of these functions to help with the request:',
    '<tools>',
    ...tools.map(tool => JSON.stringify(templateTool(tool))),
    '</tools>',
    `For each call, write a JSON object with name and arguments between ${hermes.open} and ${hermes.close}:`,
    `${hermes.open}\n{"name": <function name>, "arguments": <object>}\n${hermes.close}`,
  ].join('\n')
  const [first, ...rest] = messages.map(written)
  if (first?.role === 'system' || first?.role === 'developer') {
    return [{ ...first, content: [...first.content, { type: 'text', text: `\n${text}` }] }, ...rest]
  }
  return [{ role: 'system', content: [{ type: 'text', text }] }, ...(first ? [first] : []), ...rest]
}

/** Calls and results as text: a template without tools would leave them out. */
function written(message: Message): Message {
  const content = message.content.map((part): MessagePart => {
    if (part.type === 'tool_call') {
      const call = `{"name": ${JSON.stringify(part.name)}, "arguments": ${part.arguments}}`
      return { type: 'text', text: `${hermes.open}\n${call}\n${hermes.close}` }
    }
    if (part.type !== 'tool_result') return part
    const text = part.content.map(piece => (piece.type === 'text' ? piece.text : '')).join('')
    return { type: 'text', text: `<tool_response>\n${text}\n</tool_response>` }
  })
  return { ...message, role: message.role === 'tool' ? 'user' : message.role, content }
}
