import type { Bbox } from '@hearth/contract'
import type { Picture } from '../picture.ts'
import { glyphHeight, glyphWidth, inked } from './font.ts'

/** A box to be drawn. */
export interface Mark {
  /** Pixels of the picture that it is drawn onto. */
  bbox: Bbox
  /** Written above the box. Latin letters, digits and common signs; small letters look like capitals. */
  text: string
  /** The same number gives the same colour. Default: by the text. */
  colour?: number
}

type Rgb = readonly [red: number, green: number, blue: number]

/** Apart from each other for most eyes, and dark text is readable on all of them. */
const colours: readonly Rgb[] = [
  [86, 180, 233],
  [240, 228, 66],
  [0, 190, 140],
  [230, 159, 0],
  [240, 140, 190],
  [170, 210, 90],
  [250, 130, 90],
  [180, 170, 250],
]
const ink: Rgb = [20, 20, 20]

/**
 * A copy of the picture (RGB) with the boxes and their texts drawn in. Needs no fonts on the machine and takes no
 * longer than the pixels that it touches.
 */
export function drawBoxes(picture: Picture, marks: readonly Mark[]): Picture {
  if (picture.channels !== 3) throw new RangeError('boxes are drawn onto RGB')
  const drawn = { ...picture, data: new Uint8Array(picture.data) }
  const unit = Math.max(1, Math.round(Math.max(picture.width, picture.height) / 480))
  for (const mark of marks) outline(drawn, mark, unit)
  // Texts come last, so that no box runs through them.
  for (const mark of marks) caption(drawn, mark, unit)
  return drawn
}

function colourOf({ colour, text }: Mark): Rgb {
  const number = colour ?? [...text].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973, 7)
  return colours[Math.abs(Math.trunc(number)) % colours.length] ?? ink
}

function outline(picture: Picture, mark: Mark, unit: number): void {
  const [x1, y1, x2, y2] = mark.bbox.map(Math.round) as Bbox
  const colour = colourOf(mark)
  const line = Math.max(2, unit)
  fill(picture, x1, y1, x2, y1 + line, colour)
  fill(picture, x1, y2 - line, x2, y2, colour)
  fill(picture, x1, y1, x1 + line, y2, colour)
  fill(picture, x2 - line, y1, x2, y2, colour)
}

function caption(picture: Picture, mark: Mark, unit: number): void {
  const characters = [...mark.text].slice(0, 60)
  if (characters.length === 0) return
  const width = (characters.length * (glyphWidth + 1) + 3) * unit
  const height = (glyphHeight + 4) * unit
  const left = Math.max(0, Math.min(Math.round(mark.bbox[0]), picture.width - width))
  const above = Math.round(mark.bbox[1]) - height
  const top = above >= 0 ? above : Math.max(0, Math.min(Math.round(mark.bbox[1]), picture.height - height))
  fill(picture, left, top, left + width, top + height, colourOf(mark))
  for (const [index, character] of characters.entries()) {
    const from = left + (2 + index * (glyphWidth + 1)) * unit
    for (let y = 0; y < glyphHeight; y++) {
      for (let x = 0; x < glyphWidth; x++) {
        if (!inked(character, x, y)) continue
        const [px, py] = [from + x * unit, top + (2 + y) * unit]
        fill(picture, px, py, px + unit, py + unit, ink)
      }
    }
  }
}

/** Fills from x1, y1 up to but without x2, y2, as far as that lies in the picture. */
function fill(picture: Picture, x1: number, y1: number, x2: number, y2: number, [red, green, blue]: Rgb): void {
  const { width, height, data } = picture
  const right = Math.min(width, x2)
  for (let y = Math.max(0, y1); y < Math.min(height, y2); y++) {
    let at = (y * width + Math.max(0, x1)) * 3
    for (let x = Math.max(0, x1); x < right; x++) {
      data[at++] = red
      data[at++] = green
      data[at++] = blue
    }
  }
}
