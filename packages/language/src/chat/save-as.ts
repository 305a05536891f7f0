import { saveFile, type Translate } from '@hearth/ui'
import type { Conversation } from './conversation.ts'
import { fileName, toJson, toMarkdown } from './export.ts'

/** Hands a conversation to the browser as a file. */
export function saveAs(conversation: Conversation, kind: 'md' | 'json', t: Translate): void {
  const words = { system: t('system'), user: t('you'), assistant: t('answer') }
  const text = kind === 'md' ? toMarkdown(conversation, words) : toJson(conversation)
  const type = kind === 'md' ? 'text/markdown' : 'application/json'
  saveFile(fileName(conversation, kind), new Blob([text], { type }))
}
