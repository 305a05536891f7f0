import { useEffect, useRef, useState } from 'react'
import { readWave, type Wave } from './peaks.ts'

/** Bars of a wave. */
export const bars = 140

/** A sound that is played: what its player shows, and what others can tell it. */
export interface Sound {
  source: string
  playing: boolean
  /** Seconds. */
  time: number
  /** Null before it is known. */
  duration: number | null
  wave: Wave | null
  /** The browser cannot play it. */
  failed: boolean
  toggle(): void
  seek(seconds: number): void
  playFrom(seconds: number): void
  /** For the audio element that makes the sound. */
  attach: React.ComponentProps<'audio'>
}

function useWave(source: string): Wave | null {
  const [wave, setWave] = useState<{ source: string; wave: Wave | null } | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    readWave(source, bars, controller.signal).then(
      wave => setWave({ source, wave }),
      // What cannot be decoded may still be played: it has no picture.
      () => setWave({ source, wave: null }),
    )
    return () => controller.abort()
  }, [source])
  return wave?.source === source ? wave.wave : null
}

/** `atOnce`: it is heard as soon as it is there, where the browser lets it. */
export function useSound(source: string, atOnce = false): Sound {
  const element = useRef<HTMLAudioElement>(null)
  const [playing, setPlaying] = useState(false)
  const [time, setTime] = useState(0)
  const [told, setTold] = useState<number | null>(null)
  const [failed, setFailed] = useState(false)
  const wave = useWave(source)
  const play = () => {
    element.current?.play().catch((refusal: DOMException) => {
      // Stopped before it began: nothing is wrong.
      if (refusal.name !== 'AbortError') setFailed(true)
    })
  }
  const seek = (seconds: number) => {
    if (element.current) element.current.currentTime = seconds
    setTime(seconds)
  }
  return {
    ...{ source, playing, time, wave, failed, seek },
    duration: told ?? wave?.seconds ?? null,
    toggle() {
      if (playing) element.current?.pause()
      else play()
    },
    playFrom(seconds) {
      seek(seconds)
      play()
    },
    attach: {
      ref: element,
      src: source,
      preload: 'metadata',
      autoPlay: atOnce,
      onPlay: () => setPlaying(true),
      onPause: () => setPlaying(false),
      onTimeUpdate: event => setTime(event.currentTarget.currentTime),
      onDurationChange: ({ currentTarget: { duration } }) => setTold(Number.isFinite(duration) ? duration : null),
      onError: () => setFailed(true),
    },
  }
}
