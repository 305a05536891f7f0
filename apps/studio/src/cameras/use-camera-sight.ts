import { type CameraEvent, toAppError } from '@hearth/contract'
import { drawPicture } from '@hearth/ui/seeing'
import { type RefObject, useEffect, useState } from 'react'
import { askLive } from '../look/ask-live.ts'
import { afterEvent, type CameraSight, nothingYet } from './sight-of-camera.ts'

/**
 * Watches a camera while the component is there. Each picture is drawn before what was found in it is told, so that
 * both are of the same moment. `onChanged`: the camera is another than the page thinks.
 */
export function useCameraSight(
  id: string,
  canvas: RefObject<HTMLCanvasElement | null>,
  onChanged: () => void,
): CameraSight {
  const [sight, setSight] = useState(nothingYet)
  useEffect(() => {
    let gone = false
    let drawn = 0
    const hear = (event: CameraEvent) => {
      if (!gone) setSight(before => afterEvent(before, event))
    }
    const draw = async (event: CameraEvent & { kind: 'frame' }) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(event.image)], { type: 'image/jpeg' }))
      // A small picture may overtake a large one.
      if (!gone && event.frame > drawn) {
        drawn = event.frame
        drawPicture(canvas.current, picture)
        hear(event)
      }
      picture.close()
    }
    const { socket, close } = askLive<{ camera: string }>({
      event: 'watch',
      message: { camera: id },
      // A worker that comes anew counts from one again.
      onReply() {
        drawn = 0
      },
      onProblem(error) {
        hear({ kind: 'state', state: 'error', error, retry_in: 0 })
        onChanged()
      },
      onLost() {
        if (!gone) setSight(before => ({ ...before, state: 'lost', problem: null, fps: 0 }))
      },
    })
    socket.on('camera', (event: CameraEvent) => {
      if (event.kind === 'frame') {
        draw(event).catch(thrown =>
          hear({ kind: 'state', state: 'error', error: toAppError(thrown).report(), retry_in: 0 }),
        )
        return
      }
      if (event.state === 'connecting') drawn = 0
      hear(event)
      if ((event.state === 'error' || event.state === 'away') && event.retry_in === 0) onChanged()
    })
    return () => {
      gone = true
      close()
    }
  }, [id, canvas, onChanged])
  return sight
}
