import type { TalkProps } from '@hearth/ui'
import { useEffect, useRef, useState } from 'react'
import { spokenText } from './spoken-text.ts'

/** Answers read aloud, one at a time. */
export interface Reading {
  able: boolean
  /** Of the turn that is read. */
  turn: string | null
  read(turn: string, markdown: string): void
  stop(): void
}

export function useReading({ voice, reportOf, notify }: Pick<TalkProps, 'voice' | 'reportOf' | 'notify'>): Reading {
  const [turn, setTurn] = useState<string | null>(null)
  const controller = useRef<AbortController | null>(null)
  const stop = () => {
    controller.current?.abort()
    controller.current = null
    setTurn(null)
  }
  useEffect(() => () => controller.current?.abort(), [])
  const read = async (next: string, markdown: string) => {
    stop()
    const text = spokenText(markdown)
    if (!voice.speak || text === '') return
    const mine = new AbortController()
    controller.current = mine
    setTurn(next)
    try {
      await voice.speak(text, mine.signal)
    } catch (thrown) {
      const { message, hint } = reportOf(thrown)
      notify([message, hint].filter(Boolean).join(' '), { seconds: 8 })
    }
    if (controller.current === mine) stop()
  }
  return { able: voice.speak !== null, turn, read: (next, markdown) => void read(next, markdown), stop }
}
