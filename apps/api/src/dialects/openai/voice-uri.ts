import { createHash } from 'node:crypto'
import { AppError } from '@hearth/contract'

/** SiliconFlow's names of voices of one's own: `speech:name:owner:id`. */
export const isVoiceUri = (voice: string) => voice.startsWith('speech:')

export function voiceUri({ name, id }: { name: string; id: string }, owner: string): string {
  const tag = createHash('sha256').update(owner).digest('hex').slice(0, 24)
  return `speech:${name}:${tag}:${id}`
}

/** The id alone is looked at: whose it is, is told by who asks. @throws AppError `not-found`. */
export function voiceId(uri: string): string {
  const id = uri.slice(uri.lastIndexOf(':') + 1)
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id
  throw new AppError('not-found', 'there is no such voice', {
    hint: 'Send the uri that the upload was answered with: speech:name:owner:id.',
  })
}
