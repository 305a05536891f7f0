import { Brush, Eraser, RotateCcw, Undo2 } from 'lucide-react'
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button, IconButton } from './button.tsx'
import { Modal } from './dialog.tsx'
import { canvasSize, drawStrokes, type Point, type Stroke } from './mask-strokes.ts'
import { SliderField } from './number-controls.tsx'

export interface MaskEditorProps {
  title: string
  /** Address of the picture that is painted over. */
  picture: string
  /** Address of the mask so far; null to start clear. */
  mask: string | null
  /** The mask as PNG, white on black; null when nothing is painted. Closing is up to the caller. */
  onDone(mask: Blob | null): Promise<void>
  onCancel(): void
}

/** A brush over a picture. White is what will be redrawn. */
export function MaskEditor({ title, picture, mask, onDone, onCancel }: MaskEditorProps) {
  const t = useTranslations('ui')
  const canvas = useRef<HTMLCanvasElement>(null)
  const [size, setSize] = useState<{ width: number; height: number } | null>(null)
  const [base, setBase] = useState<HTMLCanvasElement | null>(null)
  const [strokes, setStrokes] = useState<Stroke[]>([])
  const [brush, setBrush] = useState(12)
  const [erase, setErase] = useState(false)
  const [busy, setBusy] = useState(false)
  const [cursor, setCursor] = useState<Point | null>(null)

  useEffect(() => {
    if (mask === null || size === null) return
    let gone = false
    void paintFrom(mask, size).then(painted => {
      if (!gone) setBase(painted)
    })
    return () => {
      gone = true
    }
  }, [mask, size])

  useEffect(() => {
    const element = canvas.current
    const surface = element?.getContext('2d')
    if (!element || !surface) return
    surface.clearRect(0, 0, element.width, element.height)
    const color = getComputedStyle(element).color
    if (base) {
      surface.drawImage(base, 0, 0)
      tint(surface, color)
    }
    surface.strokeStyle = color
    drawStrokes(surface, strokes)
  }, [strokes, base])

  const width = size ? (brush / 100) * Math.max(size.width, size.height) : 0
  const begin = (point: Point) => setStrokes([...strokes, { points: [point], size: width, erase }])
  const extend = (point: Point) =>
    setStrokes(before =>
      before.map((stroke, index) =>
        index === before.length - 1 ? { ...stroke, points: [...stroke.points, point] } : stroke,
      ),
    )
  const pointer = {
    onPointerDown(event: PointerEvent<HTMLCanvasElement>) {
      event.currentTarget.setPointerCapture(event.pointerId)
      begin(placeOf(event))
    },
    onPointerMove(event: PointerEvent<HTMLCanvasElement>) {
      setCursor(placeOf(event))
      if (event.currentTarget.hasPointerCapture(event.pointerId)) extend(placeOf(event))
    },
    onPointerLeave: () => setCursor(null),
  }
  const move = (event: KeyboardEvent) => {
    if (!size) return
    const at = cursor ?? { x: size.width / 2, y: size.height / 2 }
    const step = Math.max(2, width / 4)
    const moves: Record<string, Point> = {
      ArrowLeft: { x: -step, y: 0 },
      ArrowRight: { x: step, y: 0 },
      ArrowUp: { x: 0, y: -step },
      ArrowDown: { x: 0, y: step },
    }
    const by = moves[event.key]
    if (by) setCursor({ x: clamp(at.x + by.x, size.width), y: clamp(at.y + by.y, size.height) })
    else if (event.key === ' ') begin(at)
    else return
    event.preventDefault()
  }
  const undo = () => setStrokes(strokes.slice(0, -1))
  const clear = () => {
    setBase(null)
    setStrokes([])
  }
  const done = async () => {
    if (!canvas.current) return
    setBusy(true)
    try {
      await onDone(base || strokes.length > 0 ? await maskOf(canvas.current) : null)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      wide
      onOpenChange={open => {
        if (!open) onCancel()
      }}
      title={title}
      text={t('mask_hint')}
      actions={
        <>
          <div className="mr-auto flex items-center gap-1">
            <IconButton label={t('brush')} active={!erase} onClick={() => setErase(false)}>
              <Brush size={16} aria-hidden />
            </IconButton>
            <IconButton label={t('erase')} active={erase} onClick={() => setErase(true)}>
              <Eraser size={16} aria-hidden />
            </IconButton>
            <IconButton label={t('undo')} disabled={strokes.length === 0} onClick={undo}>
              <Undo2 size={16} aria-hidden />
            </IconButton>
            <IconButton label={t('clear')} disabled={strokes.length === 0 && !base} onClick={clear}>
              <RotateCcw size={16} aria-hidden />
            </IconButton>
            <div className="ml-2 w-36">
              <SliderField label={t('brush_size')} value={brush} min={1} max={40} step={1} onChange={setBrush} />
            </div>
          </div>
          <Button onClick={onCancel}>{t('cancel')}</Button>
          <Button look="main" disabled={busy} onClick={() => void done()}>
            {t('done')}
          </Button>
        </>
      }
    >
      <div className="relative mx-auto mt-3 grid w-fit place-items-center overflow-hidden rounded-8">
        <img
          src={picture}
          alt=""
          draggable={false}
          className="block max-h-[62dvh] min-h-[min(52dvh,420px)] max-w-full"
          onLoad={event => setSize(canvasSize(event.currentTarget.naturalWidth, event.currentTarget.naturalHeight))}
        />
        {size ? (
          <>
            {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a canvas has no role of its own; keys paint on it */}
            <canvas
              ref={canvas}
              {...size}
              {...pointer}
              role="application"
              aria-label={t('mask_canvas')}
              tabIndex={0}
              onKeyDown={move}
              className="absolute inset-0 size-full cursor-none touch-none text-ember opacity-65"
            />
            {cursor ? (
              <span
                aria-hidden
                className="pointer-events-none absolute -translate-1/2 rounded-full border-2 border-on-overlay shadow-knob"
                style={{
                  left: `${(cursor.x / size.width) * 100}%`,
                  top: `${(cursor.y / size.height) * 100}%`,
                  width: `${(width / size.width) * 100}%`,
                  aspectRatio: '1',
                }}
              />
            ) : null}
          </>
        ) : null}
      </div>
    </Modal>
  )
}

const clamp = (value: number, end: number) => Math.min(end, Math.max(0, value))

/** Where on the canvas, in its own pixels. */
function placeOf(event: PointerEvent<HTMLCanvasElement>): Point {
  const element = event.currentTarget
  const box = element.getBoundingClientRect()
  return {
    x: ((event.clientX - box.left) / box.width) * element.width,
    y: ((event.clientY - box.top) / box.height) * element.height,
  }
}

/** Everything drawn so far in one colour; what is clear stays clear. */
function tint(surface: CanvasRenderingContext2D, color: string): void {
  surface.globalCompositeOperation = 'source-in'
  surface.fillStyle = color
  surface.fillRect(0, 0, surface.canvas.width, surface.canvas.height)
  surface.globalCompositeOperation = 'source-over'
}

function sheet({ width, height }: { width: number; height: number }): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const element = document.createElement('canvas')
  element.width = width
  element.height = height
  const surface = element.getContext('2d')
  if (!surface) throw new Error('this browser gives no canvas to paint on')
  return [element, surface]
}

/** An earlier mask as something to paint on: its brightness becomes opacity. */
async function paintFrom(address: string, size: { width: number; height: number }): Promise<HTMLCanvasElement> {
  const image = new Image()
  image.src = address
  await image.decode()
  const [element, surface] = sheet(size)
  surface.drawImage(image, 0, 0, size.width, size.height)
  const pixels = surface.getImageData(0, 0, size.width, size.height)
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data[at + 3] = pixels.data[at] ?? 0
  surface.putImageData(pixels, 0, 0)
  return element
}

/** White where it is painted, black elsewhere. */
async function maskOf(painted: HTMLCanvasElement): Promise<Blob> {
  const [, white] = sheet(painted)
  white.drawImage(painted, 0, 0)
  tint(white, 'white')
  const [element, surface] = sheet(painted)
  surface.fillStyle = 'black'
  surface.fillRect(0, 0, element.width, element.height)
  surface.drawImage(white.canvas, 0, 0)
  const blob = await new Promise<Blob | null>(resolve => element.toBlob(resolve, 'image/png'))
  if (!blob) throw new Error('this browser could not write the mask as PNG')
  return blob
}
