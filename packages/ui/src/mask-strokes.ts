export interface Point {
  x: number
  y: number
}

/** One pull of the brush, in pixels of the picture. */
export interface Stroke {
  points: Point[]
  size: number
  erase: boolean
}

/** The part of a canvas that strokes need; tests hand in their own. */
export type StrokeSurface = Pick<
  CanvasRenderingContext2D,
  'beginPath' | 'moveTo' | 'lineTo' | 'stroke' | 'globalCompositeOperation' | 'lineWidth' | 'lineCap' | 'lineJoin'
>

/** Draws strokes in their order; an eraser takes away what is below it. A single point is a dab. */
export function drawStrokes(surface: StrokeSurface, strokes: readonly Stroke[]): void {
  surface.lineCap = 'round'
  surface.lineJoin = 'round'
  for (const stroke of strokes) {
    const [first, ...rest] = stroke.points
    if (!first) continue
    surface.globalCompositeOperation = stroke.erase ? 'destination-out' : 'source-over'
    surface.lineWidth = stroke.size
    surface.beginPath()
    surface.moveTo(first.x, first.y)
    for (const point of rest.length > 0 ? rest : [first]) surface.lineTo(point.x, point.y)
    surface.stroke()
  }
  surface.globalCompositeOperation = 'source-over'
}

/** Longest side on which a mask is painted; the model stretches it over the picture anyway. */
const longestSide = 1536

/** Size of the canvas for a picture of this size. */
export function canvasSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, longestSide / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
