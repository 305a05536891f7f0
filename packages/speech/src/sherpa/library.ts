import { AppError } from '@hearth/contract'

/** What is used of `sherpa-onnx-node`, which has no types of its own. */
export interface Speaker {
  readonly sampleRate: number
  readonly numSpeakers: number
  generateAsync(request: SpeechRequest): Promise<{ samples: Float32Array; sampleRate: number }>
}

export interface SpeechRequest {
  text: string
  sid?: number
  speed?: number
  enableExternalBuffer: boolean
  /** Says it with the voice of a recording. */
  generationConfig?: {
    speed: number
    referenceAudio: Float32Array
    referenceSampleRate: number
    referenceText: string
    numSteps: number
  }
}

/** Paths of files, several with commas between them. */
export type SpeakingWeights =
  | {
      vits: {
        model: string
        tokens: string
        dataDir: string
        noiseScale: number
        noiseScaleW: number
        lengthScale: number
      }
    }
  | { kokoro: { model: string; voices: string; tokens: string; dataDir: string; lexicon?: string } }
  | { matcha: { acousticModel: string; vocoder: string; tokens: string; lexicon?: string; dataDir?: string } }
  | {
      zipvoice: {
        encoder: string
        decoder: string
        vocoder: string
        tokens: string
        lexicon: string
        dataDir: string
      }
    }

interface SpeakerOptions {
  model: SpeakingWeights & Common
  /** Grammars that write out numbers and dates. */
  ruleFsts?: string
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

/** Writes speech down. */
export interface Recogniser {
  createStream(): RecogniserStream
  decodeAsync(stream: RecogniserStream): Promise<Recognised>
}

export interface RecogniserStream {
  acceptWaveform(sound: { samples: Float32Array; sampleRate: number }): void
  setOption(name: string, value: string): void
}

/** Tokens are pieces of words, those that begin one with a blank before them; not every model knows when they were said. */
export interface Recognised {
  text: string
  tokens: string[]
  timestamps: number[]
  /** Such as `<|en|>`, where the model tells it. */
  lang?: string
}

/** Paths of files. */
export type HearingWeights =
  | { senseVoice: { model: string; language: string; useInverseTextNormalization: 1 } }
  | { paraformer: { model: string } }
  | { nemoCtc: { model: string } }
  | { zipformerCtc: { model: string } }
  | { transducer: { encoder: string; decoder: string; joiner: string }; modelType?: 'nemo_transducer' }
  | { moonshine: { preprocessor: string; encoder: string; uncachedDecoder: string; cachedDecoder: string } }
  | { whisper: { encoder: string; decoder: string; language: string; task: 'transcribe' } }

interface RecogniserOptions {
  featConfig: { sampleRate: number; featureDim: number }
  modelConfig: HearingWeights & { tokens: string } & Common
}

interface Common {
  numThreads: number
  provider: 'cpu'
  debug: 0
}

export interface Library {
  OfflineTts: { createAsync(options: SpeakerOptions): Promise<Speaker> }
  OfflineRecognizer: { createAsync(options: RecogniserOptions): Promise<Recogniser> }
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
