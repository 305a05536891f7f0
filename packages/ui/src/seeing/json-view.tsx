import { Check, Copy } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Button } from '../button.tsx'
import { useCopy } from '../copy-button.tsx'

/** Long numbers and lists of numbers on one line each: boxes stay readable. */
export function readableJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? 'null'
  return text.replace(
    /\[\s+(-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*)\s+\]/g,
    (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`,
  )
}

/** An answer as the interface gives it, to read and to copy. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const t = useTranslations('ui')
  const text = readableJson(value)
  const { copied, copy } = useCopy(() => text)
  return (
    <section aria-label={label} className="relative min-h-0">
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        className="max-h-[60dvh] overflow-auto rounded-8 border border-line bg-canvas px-3.5 py-3 font-mono text-12 text-ink"
      >
        {text}
      </pre>
      <Button size="small" className="absolute top-2 right-2" onClick={copy}>
        {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        {copied ? t('copied') : t('copy')}
      </Button>
    </section>
  )
}
