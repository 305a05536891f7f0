import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from './button.tsx'

/** Pages that are not on https have no clipboard of their own; the old way works there too. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return await navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'sr-only'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** Copies, and knows for a moment that it has. */
export function useCopy(text: () => string): { copied: boolean; copy(): void } {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    await copyText(text())
    setCopied(true)
  }
  return { copied, copy: () => void copy() }
}

/** Copies, and says so for a moment. */
export function CopyButton({ text, label, done }: { text(): string; label: string; done: string }) {
  const { copied, copy } = useCopy(text)
  return (
    <IconButton small label={copied ? done : label} onClick={copy}>
      {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
    </IconButton>
  )
}
