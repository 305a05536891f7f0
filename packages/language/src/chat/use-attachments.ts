import { useState } from 'react'
import { type Attachment, type Refusal, readAttachment } from './attachments.ts'

/** The files that go with the next message. */
export function useAttachments() {
  const [files, setFiles] = useState<readonly Attachment[]>([])
  const [refused, setRefused] = useState<{ name: string; reason: Refusal } | null>(null)
  return {
    files,
    refused,
    async add(given: readonly File[]) {
      setRefused(null)
      for (const file of given) {
        const read = await readAttachment(file)
        if (typeof read === 'string') setRefused({ name: file.name, reason: read })
        else setFiles(before => [...before.filter(({ name }) => name !== read.name), read])
      }
    },
    remove: (gone: Attachment) => setFiles(before => before.filter(file => file !== gone)),
    clear() {
      setFiles([])
      setRefused(null)
    },
  }
}
