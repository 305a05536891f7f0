import { useCallback, useEffect, useRef, useState } from 'react'
import { stateOfRefusal } from '../seeing/use-camera.ts'

/** Why nothing can be recorded. */
export type MicrophoneProblem = 'denied' | 'none' | 'busy' | 'insecure' | 'unable'

export interface Recorder {
  state: 'idle' | 'asking' | 'recording'
  /** How long it has been recorded. */
  seconds: number
  problem: MicrophoneProblem | null
  /** Asks for the microphone where that was not done before. */
  start(): void
  /** Ends the recording, which is then handed over. */
  stop(): void
  /** Ends it, and nobody gets it. */
  cancel(): void
}

/** Containers of recordings, the most usual first. */
const kinds = [
  { mime: 'audio/webm;codecs=opus', ending: 'webm' },
  { mime: 'audio/mp4', ending: 'm4a' },
  { mime: 'audio/ogg;codecs=opus', ending: 'ogg' },
]

function problemOf(refusal: DOMException): MicrophoneProblem {
  const state = stateOfRefusal(refusal.name)
  return state === 'denied' || state === 'busy' ? state : 'none'
}

/** Where a recorder stands: nothing but this tells whether what was asked for is still wanted. */
interface Session {
  recorder: MediaRecorder | null
  kept: boolean
}

/** Records the microphone; it is let go as soon as the recording ends. */
export function useRecorder(onRecorded: (recording: File) => void): Recorder {
  const [state, setState] = useState<Recorder['state']>('idle')
  const [problem, setProblem] = useState<MicrophoneProblem | null>(null)
  const [began, setBegan] = useState(0)
  const session = useRef<Session | null>(null)
  const handOver = useRef(onRecorded)
  handOver.current = onRecorded
  const seconds = useElapsed(state === 'recording' ? began : null)

  const end = useCallback((keep: boolean) => {
    const { current } = session
    session.current = null
    setState('idle')
    if (!current) return
    current.kept = keep
    current.recorder?.stop()
  }, [])
  useEffect(() => () => end(false), [end])

  const start = () => {
    if (session.current) return
    const kind = globalThis.MediaRecorder ? kinds.find(({ mime }) => MediaRecorder.isTypeSupported(mime)) : undefined
    if (!navigator.mediaDevices || !kind) {
      setProblem(navigator.mediaDevices ? 'unable' : 'insecure')
      return
    }
    const mine: Session = { recorder: null, kept: false }
    session.current = mine
    setProblem(null)
    setState('asking')
    navigator.mediaDevices.getUserMedia({ audio: true }).then(
      stream => {
        const release = () => {
          for (const track of stream.getTracks()) track.stop()
        }
        if (session.current !== mine) return release()
        mine.recorder = record(stream, kind, recording => {
          release()
          if (mine.kept) handOver.current(recording)
        })
        // A microphone that is unplugged ends the recording; what was said until then counts.
        for (const track of stream.getTracks()) track.onended = () => end(true)
        setBegan(Date.now())
        setState('recording')
      },
      (refusal: DOMException) => {
        if (session.current !== mine) return
        session.current = null
        setState('idle')
        setProblem(problemOf(refusal))
      },
    )
  }
  return { state, seconds, problem, start, stop: () => end(true), cancel: () => end(false) }
}

function record(stream: MediaStream, { mime, ending }: (typeof kinds)[number], done: (file: File) => void) {
  const recorder = new MediaRecorder(stream, { mimeType: mime })
  const pieces: Blob[] = []
  recorder.ondataavailable = ({ data }) => pieces.push(data)
  recorder.onstop = () => done(new File(pieces, `recording.${ending}`, { type: mime.split(';')[0] ?? mime }))
  recorder.start()
  return recorder
}

/** Whole seconds since then. */
function useElapsed(since: number | null): number {
  const [now, setNow] = useState(0)
  useEffect(() => {
    if (since === null) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [since])
  return since === null ? 0 : Math.max(0, Math.floor((now - since) / 1000))
}
