/** Turns what a video shows into JPEG. One canvas for all frames; `null` while the video has no picture yet. */
export interface FrameGrabber {
  /** `longest`: pixels of the longer side. */
  grab(
    video: HTMLVideoElement,
    longest: number,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; width: number; height: number } | null>
  /** The canvas that holds the frame grabbed last. */
  readonly canvas: HTMLCanvasElement
}

const quality = 0.85

/** Size of a frame whose longer side is at most so long. */
export function scaledSize(width: number, height: number, longest: number): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

export function createFrameGrabber(): FrameGrabber {
  const canvas = document.createElement('canvas')
  const surface = canvas.getContext('2d', { alpha: false, desynchronized: true })
  return {
    canvas,
    async grab(video, longest) {
      if (!surface || video.videoWidth === 0) return null
      const size = scaledSize(video.videoWidth, video.videoHeight, longest)
      // Setting a size clears and reallocates: only when it changed.
      if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size)
      surface.drawImage(video, 0, 0, size.width, size.height)
      const blob = await new Promise<Blob | null>(done => canvas.toBlob(done, 'image/jpeg', quality))
      if (!blob) return null
      return { bytes: new Uint8Array(await blob.arrayBuffer()), ...size }
    },
  }
}
