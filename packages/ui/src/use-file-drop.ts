import { type DragEvent, useState } from 'react'

/** For a place that takes what is dropped there: `drag` goes onto its element, `over` tells that something is above it. */
export function useFileDrop(take: (transfer: DataTransfer) => void) {
  const [over, setOver] = useState(false)
  const drag = {
    onDragOver(event: DragEvent) {
      event.preventDefault()
      setOver(true)
    },
    onDragLeave: () => setOver(false),
    onDrop(event: DragEvent) {
      event.preventDefault()
      // The page around it may take files, too.
      event.stopPropagation()
      setOver(false)
      take(event.dataTransfer)
    },
  }
  return { over, drag }
}
