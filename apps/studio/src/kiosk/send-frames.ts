import { createFrameGrabber } from '@hearth/ui/seeing'
import { type RefObject, useEffect } from 'react'
import type { Socket } from 'socket.io-client'

/** Milliseconds between frames: a blink lasts a tenth of a second or two. */
const pace = 80
const longest = 640
/** Milliseconds without a new picture from the camera, after which it counts as stuck. */
const patience = 8000

/** Sends what the camera sees, newest only; a frame that cannot leave at once is left out. */
export function useSendFrames(
  video: RefObject<HTMLVideoElement | null>,
  socket: Socket | null,
  onStuck: () => void,
): void {
  useEffect(() => {
    if (!socket) return
    const grabber = createFrameGrabber()
    let [number, busy, seen, since] = [0, false, -1, performance.now()]
    const send = async () => {
      const element = video.current
      if (!element || busy || !socket.connected) return
      if (element.currentTime === seen) {
        if (performance.now() - since > patience) {
          since = performance.now()
          onStuck()
        }
        return
      }
      seen = element.currentTime
      since = performance.now()
      busy = true
      try {
        const frame = await grabber.grab(element, longest)
        if (!frame) return
        number += 1
        socket.volatile.emit('frame', number, frame.bytes)
      } finally {
        busy = false
      }
    }
    const timer = setInterval(() => void send(), pace)
    return () => clearInterval(timer)
  }, [video, socket, onStuck])
}
