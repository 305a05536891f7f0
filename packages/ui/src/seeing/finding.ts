import type { Bbox, Point } from '@hearth/contract'

/** One thing found in a picture, as it is listed and drawn. Pixels of the upright picture. */
export interface Finding {
  label: string
  /** 0 to 1; null where the model says none. */
  score: number | null
  bbox?: Bbox
  /** Corners in order, for what is not upright. */
  polygon?: readonly Point[]
  /** Single places, such as eyes. */
  points?: readonly Point[]
  /** Number of the same thing from frame to frame. */
  track?: number
  /** A second line in the list. */
  detail?: string
  /** Colours by meaning instead of by label. */
  tone?: 'good' | 'unknown'
}

/** What is known of one picture: its size, upright, and what was found, the surest first. */
export interface Sight {
  width: number
  height: number
  findings: readonly Finding[]
  /** All of it as one text, where that is what was asked for. */
  text?: string
}

export const paletteSize = 7

/** A colour for each label, by order of first sight: it stays the same from frame to frame. */
export function createPalette(): (finding: Pick<Finding, 'label' | 'tone'>) => string {
  const known = new Map<string, number>()
  return ({ label, tone }) => {
    if (tone) return `var(--find-${tone})`
    const place = known.get(label) ?? known.size
    known.set(label, place)
    return `var(--find-${(place % paletteSize) + 1})`
  }
}

/** The least box around a finding; null where it has no place. */
export function boxOf(finding: Finding): Bbox | null {
  if (finding.bbox) return finding.bbox
  const corners = finding.polygon ?? finding.points
  if (!corners || corners.length === 0) return null
  const xs = corners.map(([x]) => x)
  const ys = corners.map(([, y]) => y)
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}
