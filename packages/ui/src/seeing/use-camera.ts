import { useCallback, useEffect, useRef, useState } from 'react'

/** Why there is no picture, or that there is one. */
export type CameraState = 'starting' | 'on' | 'denied' | 'none' | 'busy' | 'insecure' | 'lost'

export interface CameraChoice {
  id: string
  label: string
}

export interface Camera {
  state: CameraState
  stream: MediaStream | null
  cameras: readonly CameraChoice[]
  /** Of the camera in use; empty before it is known. */
  chosen: string
  choose(id: string): void
  retry(): void
}

/** What a refusal of the browser means. */
export function stateOfRefusal(name: string): CameraState {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy'
  return 'none'
}

async function listCameras(): Promise<CameraChoice[]> {
  const devices = await navigator.mediaDevices.enumerateDevices()
  return devices
    .filter(device => device.kind === 'videoinput')
    .map((device, index) => ({ id: device.deviceId, label: device.label || `${index + 1}` }))
}

/** A camera while `on`; it is let go as soon as nobody looks. */
export function useCamera(on: boolean, preferred = ''): Camera {
  const [state, setState] = useState<CameraState>('starting')
  const [stream, setStream] = useState<MediaStream | null>(null)
  const [cameras, setCameras] = useState<readonly CameraChoice[]>([])
  const [wanted, setWanted] = useState(preferred)
  const [attempt, setAttempt] = useState(0)
  const retry = useCallback(() => setAttempt(before => before + 1), [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt asks anew
  useEffect(() => {
    if (!on) return
    if (!navigator.mediaDevices) {
      setState('insecure')
      return
    }
    let gone = false
    let opened: MediaStream | null = null
    setState('starting')
    const video = {
      width: { ideal: 1280 },
      height: { ideal: 720 },
      ...(wanted ? { deviceId: { ideal: wanted } } : { facingMode: 'user' }),
    }
    navigator.mediaDevices.getUserMedia({ video, audio: false }).then(
      async got => {
        if (gone) {
          for (const track of got.getTracks()) track.stop()
          return
        }
        opened = got
        for (const track of got.getTracks()) track.onended = () => setState('lost')
        setStream(got)
        setState('on')
        setCameras(await listCameras())
      },
      (refusal: DOMException) => {
        if (!gone) setState(stateOfRefusal(refusal.name))
      },
    )
    return () => {
      gone = true
      for (const track of opened?.getTracks() ?? []) {
        track.onended = null
        track.stop()
      }
      setStream(null)
    }
  }, [on, wanted, attempt])

  // A camera that is plugged in later is taken without a click.
  useEffect(() => {
    if (!on || !navigator.mediaDevices || (state !== 'none' && state !== 'lost')) return
    navigator.mediaDevices.addEventListener('devicechange', retry)
    return () => navigator.mediaDevices.removeEventListener('devicechange', retry)
  }, [on, state, retry])

  const chosen = wanted || (stream?.getVideoTracks()[0]?.getSettings().deviceId ?? '')
  return { state, stream, cameras, chosen, choose: setWanted, retry }
}

/** A ref for the video element that shows the stream. */
export function useVideo(stream: MediaStream | null) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    const element = video.current
    if (!element) return
    element.srcObject = stream
    if (stream) void element.play().catch(() => undefined)
    return () => {
      element.srcObject = null
    }
  }, [stream])
  return video
}
