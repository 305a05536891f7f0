import { fenced } from './fenced.ts'

/** A text file that goes with a message. */
export interface Attachment {
  name: string
  text: string
}

/** Bytes that a file may have: more is longer than what small models can read. */
export const mostBytes = 256 * 1024

export type Refusal = 'attach_picture' | 'attach_large' | 'attach_kind'

/** The text of a file, or why it is not taken. What it is, its bytes tell: names and types say little of code. */
export async function readAttachment(file: File): Promise<Attachment | Refusal> {
  if (file.type.startsWith('image/')) return 'attach_picture'
  if (file.size > mostBytes) return 'attach_large'
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer())
    return text.includes('\u0000') ? 'attach_kind' : { name: file.name, text }
  } catch (thrown) {
    if (thrown instanceof TypeError) return 'attach_kind'
    throw thrown
  }
}

/** A file as models are told of it. */
export function attachmentText({ name, text }: Attachment): string {
  const ending = /\.(\w+)$/.exec(name)?.[1] ?? ''
  return `${name}:\n${fenced(text, ending)}\n\n`
}
