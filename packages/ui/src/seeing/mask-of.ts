import { boxOf, type Sight } from './finding.ts'

/** Where findings are, white on black, in the size of the picture; `inverted` is everything else. */
export async function maskOf(sight: Sight, indices: readonly number[], inverted: boolean): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = sight.width
  canvas.height = sight.height
  const surface = canvas.getContext('2d')
  if (!surface) throw new Error('this browser cannot draw')
  const [ground, figure] = inverted ? ['white', 'black'] : ['black', 'white']
  surface.fillStyle = ground
  surface.fillRect(0, 0, sight.width, sight.height)
  surface.fillStyle = figure
  for (const index of indices) {
    const finding = sight.findings[index]
    const box = finding ? boxOf(finding) : null
    if (!finding || !box) continue
    if (finding.polygon) {
      surface.beginPath()
      for (const [x, y] of finding.polygon) surface.lineTo(x, y)
      surface.fill()
    } else {
      surface.fillRect(box[0], box[1], box[2] - box[0], box[3] - box[1])
    }
  }
  return await new Promise((resolve, reject) =>
    canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error('this browser cannot write PNG'))), 'image/png'),
  )
}
