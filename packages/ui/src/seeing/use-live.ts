import type { ErrorReport } from '@hearth/contract'
import { type RefObject, useEffect, useState } from 'react'
import { createFrameGrabber } from './frame-grabber.ts'

export interface LiveAnswer {
  /** Number of the frame that it is about. */
  frame: number
  output: unknown
  timings: { queued_ms: number; engine_ms: number; total_ms: number }
  /** Frames that a newer one took the place of, so far. */
  dropped: number
}

/** What a stream says. */
export interface LiveListener {
  /** Frames may come; again after each interruption. */
  onOpen(): void
  onAnswer(answer: LiveAnswer): void
  onProblem(problem: ErrorReport): void
  /** No frames are taken until `onOpen` is called again. */
  onLost(): void
}

/** A stream of frames to a task; who makes it knows the transport. */
export interface LiveChannel {
  send(frame: number, bytes: Uint8Array): void
  close(): void
}

export interface LiveView {
  state: 'connecting' | 'live' | 'lost'
  answer: LiveAnswer | null
  /** The last refusal; gone with the next answer. */
  problem: ErrorReport | null
  /** Answers in a second, over the last two seconds. */
  fps: number
  /** Milliseconds from the capture of a frame until its answer was here. */
  delay: number
}

export interface LiveOptions {
  video: RefObject<HTMLVideoElement | null>
  /** Where the frame that an answer is about is drawn, so that boxes fit the picture under them. */
  canvas: RefObject<HTMLCanvasElement | null>
  /** Opens the stream; a new function opens a new one, null none. */
  open: ((listener: LiveListener) => LiveChannel) | null
  /** Pixels of the longer side of the frames sent. */
  longest?: number
}

/** Two frames under way: one that is looked at, one that waits and is overtaken by newer ones. */
const atOnce = 2
/** Without an answer for so long the frames under way count as lost. */
const patience = 5000

interface Sent {
  number: number
  at: number
  picture: ImageBitmap
}

const idle: LiveView = { state: 'connecting', answer: null, problem: null, fps: 0, delay: 0 }

/** Sends the newest frame whenever there is room and shows each answer with the frame that it is about. */
export function useLive({ video, canvas, open, longest = 960 }: LiveOptions): LiveView {
  const [view, setView] = useState<LiveView>(idle)
  useEffect(() => {
    setView(idle)
    if (!open) return
    const grabber = createFrameGrabber()
    const underway: Sent[] = []
    const arrivals: number[] = []
    let [number, ready, grabbing, gone, last] = [0, false, false, false, 0]

    const forget = (upTo: number) => {
      while (underway[0] && underway[0].number <= upTo) underway.shift()?.picture.close()
    }
    const take = async () => {
      const element = video.current
      if (underway.length > 0 && performance.now() - last > patience) forget(number)
      if (!element || !ready || grabbing || underway.length >= atOnce || document.hidden) return
      grabbing = true
      try {
        const at = performance.now()
        const frame = await grabber.grab(element, longest)
        if (!frame || gone || !ready) return
        const picture = await createImageBitmap(grabber.canvas)
        number += 1
        if (underway.length === 0) last = at
        underway.push({ number, at, picture })
        channel.send(number, frame.bytes)
      } finally {
        grabbing = false
      }
    }
    const channel = open({
      onOpen() {
        forget(number)
        ready = true
        setView(before => ({ ...before, state: 'live', problem: null }))
      },
      onLost() {
        ready = false
        forget(number)
        setView(before => ({ ...before, state: 'lost', fps: 0 }))
      },
      onProblem(problem) {
        forget(number)
        setView(before => ({ ...before, problem }))
      },
      onAnswer(answer) {
        const now = performance.now()
        last = now
        const sent = underway.find(candidate => candidate.number === answer.frame)
        if (sent) drawPicture(canvas.current, sent.picture)
        const delay = sent ? now - sent.at : 0
        forget(answer.frame)
        arrivals.push(now)
        while (arrivals[0] !== undefined && arrivals[0] < now - 2000) arrivals.shift()
        setView({ state: 'live', answer, problem: null, fps: arrivals.length / 2, delay })
      },
    })
    const timer = setInterval(() => void take(), 33)
    return () => {
      gone = true
      clearInterval(timer)
      forget(number)
      channel.close()
    }
  }, [open, video, canvas, longest])
  return view
}

/** Shows a picture in its own size. */
export function drawPicture(canvas: HTMLCanvasElement | null, picture: ImageBitmap): void {
  if (!canvas) return
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width
    canvas.height = picture.height
  }
  canvas.getContext('2d')?.drawImage(picture, 0, 0)
}
