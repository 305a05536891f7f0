export interface View {
  /** 1: the whole picture fits. */
  scale: number
  /** Shift of the picture's middle from the frame's, in pixels. */
  x: number
  y: number
}

export const fitted: View = { scale: 1, x: 0, y: 0 }
const largest = 16

/** Zooms by a factor so that what is under the point (from the frame's middle) stays under it. */
export function zoomAt(view: View, factor: number, point: { x: number; y: number }): View {
  const scale = Math.min(largest, Math.max(1, view.scale * factor))
  if (scale === 1) return fitted
  const by = scale / view.scale
  return { scale, x: point.x - (point.x - view.x) * by, y: point.y - (point.y - view.y) * by }
}

/** Moves the picture, but never so far that it leaves the frame. */
export function panBy(view: View, dx: number, dy: number, frame: { width: number; height: number }): View {
  const reach = (length: number) => (length * (view.scale - 1)) / 2 + length / 4
  const within = (value: number, limit: number) => Math.min(limit, Math.max(-limit, value))
  if (view.scale === 1) return view
  return { ...view, x: within(view.x + dx, reach(frame.width)), y: within(view.y + dy, reach(frame.height)) }
}
