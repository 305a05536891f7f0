import { IconButton, type Translate } from '@hearth/ui'
import { FileText, X } from 'lucide-react'
import type { Attachment } from './attachments.ts'

/** The names of files; each can be taken away where `onRemove` is given. */
export function AttachmentChips({
  files,
  t,
  onRemove,
}: {
  files: readonly Attachment[]
  t: Translate
  onRemove?(file: Attachment): void
}) {
  if (files.length === 0) return null
  return (
    <ul aria-label={t('attached')} className="flex min-w-0 flex-wrap gap-1.5">
      {files.map(file => (
        <li
          key={file.name}
          className="flex h-[26px] max-w-full items-center gap-1.5 rounded-6 border border-line bg-raised pl-2 text-12 text-ink last:pr-2 has-[button]:pr-0"
        >
          <FileText size={14} className="text-muted" aria-hidden />
          <span className="truncate">{file.name}</span>
          {onRemove ? (
            <IconButton small label={t('detach', { name: file.name })} onClick={() => onRemove(file)}>
              <X size={14} aria-hidden />
            </IconButton>
          ) : (
            <span className="w-2" />
          )}
        </li>
      ))}
    </ul>
  )
}
