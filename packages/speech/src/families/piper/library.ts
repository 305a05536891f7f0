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

export interface Library {
  OfflineTts: { createAsync(options: SpeakerOptions): Promise<Speaker> }
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
