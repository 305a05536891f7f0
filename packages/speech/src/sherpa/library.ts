import { AppError } from '@hearth/contract'

/** What is used of `sherpa-onnx-node`, which has no types of its own. */
export interface Speaker {
  readonly sampleRate: number
  readonly numSpeakers: number
  generateAsync(request: SpeechRequest): Promise<{ samples: Float32Array; sampleRate: number }>
}

interface SpeechRequest {
  text: string
  sid: number
  speed: number
  enableExternalBuffer: boolean
}

interface SpeakerOptions {
  model: {
    vits: {
      model: string
      tokens: string
      dataDir: string
      noiseScale: number
      noiseScaleW: number
      lengthScale: number
    }
    numThreads: number
    provider: 'cpu'
    debug: 0
  }
  maxNumSentences: number
  /** 1: what the voice says is left as it is. */
  silenceScale: 1
}

/** Tells voices apart. Both calls stop the event loop. */
export interface Diariser {
  readonly sampleRate: number
  /** What the next `process` does. The number is -1 where it is not known; the threshold counts only then. */
  setConfig(config: { clustering: Clustering }): void
  /** Seconds, and the numbers of speakers, in no promised order. */
  process(samples: Float32Array): { start: number; end: number; speaker: number }[]
}

export interface Clustering {
  numClusters: number
  threshold: number
}

interface DiariserOptions {
  segmentation: { pyannote: { model: string } } & Common
  embedding: { model: string } & Common
  clustering: Clustering
  /** Seconds: shorter speech is left out, shorter pauses are closed. */
  minDurationOn: number
  minDurationOff: number
}

interface Common {
  numThreads: number
  provider: 'cpu'
  debug: 0
}

export interface Library {
  OfflineTts: { createAsync(options: SpeakerOptions): Promise<Speaker> }
  OfflineSpeakerDiarization: new (options: DiariserOptions) => Diariser
}

/** @throws AppError `unavailable` where it was not installed: it is optional. */
export async function library(): Promise<Library> {
  try {
    const { default: found } = await import('sherpa-onnx-node')
    return found
  } catch (cause) {
    throw new AppError('unavailable', 'the engine for speech (sherpa-onnx-node) is not installed', {
      hint: 'Run `npm install` in the folder of Hearth, with optional packages, and start again.',
      cause,
    })
  }
}
