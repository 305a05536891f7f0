import { type Conversation, nameOf, pathOf, type Turn } from './conversation.ts'
import { fenced } from './fenced.ts'

function partsToMarkdown({ content, files = [] }: Turn): string {
  const parts = content.map(part => {
    if (part.type === 'text' || part.type === 'refusal') return part.text
    if (part.type === 'reasoning') return part.text.trim().replace(/^/gm, '> ')
    if (part.type === 'tool_call') return fenced(part.arguments, `json ${part.name}`)
    return ''
  })
  return [...files.map(({ name }) => `[${name}]`), ...parts]
    .map(text => text.trim())
    .filter(Boolean)
    .join('\n\n')
}

/** The branch that is shown, for people to read. */
export function toMarkdown(conversation: Conversation, words: Record<'system' | 'user' | 'assistant', string>): string {
  const system = conversation.system.trim()
  const sections = [
    ...(system === '' ? [] : [`## ${words.system}\n\n${system}`]),
    ...pathOf(conversation).map(turn => {
      const model = turn.writing ? ` (${turn.writing.model})` : ''
      return `## ${words[turn.role]}${model}\n\n${partsToMarkdown(turn)}`
    }),
  ]
  return `# ${nameOf(conversation)}\n\n${sections.join('\n\n')}\n`
}

/** All branches, for programs. */
export function toJson(conversation: Conversation): string {
  return `${JSON.stringify({ format: 'hearth-conversation', version: 1, ...conversation }, null, 2)}\n`
}

/** A file name that every system takes. */
export function fileName(conversation: Conversation, extension: 'md' | 'json'): string {
  const name = nameOf(conversation)
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return `${name || 'chat'}.${extension}`
}
