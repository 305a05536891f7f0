import { Kbd } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { useTranslations } from 'use-intl'

const rows = [
  ['run', ['Ctrl', '↵']],
  ['cancel', ['Esc']],
  ['search', ['/']],
  ['paste', ['Ctrl', 'V']],
  ['arrows', ['←', '→']],
  ['full', ['F']],
  ['zoom', ['+', '−', '0']],
  ['delete', ['Del']],
  ['go', ['G', 'C R V F P A G J M']],
  ['help', ['?']],
] as const

export function ShortcutList({ onClose }: { onClose(): void }) {
  const t = useTranslations('shortcuts')
  return (
    <Modal open onOpenChange={onClose} title={t('title')}>
      <dl className="mt-1 grid gap-2.5">
        {rows.map(([name, keys]) => (
          <div key={name} className="flex items-center justify-between gap-4">
            <dt className="text-13 text-ink">{t(name)}</dt>
            <dd className="flex gap-1 text-muted">
              {keys.map(key => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
