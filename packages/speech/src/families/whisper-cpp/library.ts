import { AppError } from '@hearth/contract'

/** What is used of `@fugood/whisper.node`, whose package lacks the types that it names. */
export interface Library {
  /** Its log goes to its listeners, of which there are none, instead of stderr. The process lives on until it is off again. */
  toggleNativeLog(on: boolean): Promise<void>
  initWhisper(options: { filePath: string; useGpu: boolean }, variant: 'default' | 'cuda'): Promise<Context>
}

export interface Context {
  /** 16-bit mono samples, 16,000 a second. Nothing stops it: what it calls `stop` takes the answer away, not the work. */
  transcribeData(samples: ArrayBuffer, options: HearingOptions): { promise: Promise<Heard> }
  release(): Promise<void>
}

export interface HearingOptions {
  language: string
  translate: boolean
  prompt: string
  temperature: number
  temperatureInc: number
  maxThreads: number
}

export interface Heard {
  language: string
  /** Times are milliseconds. */
  segments: readonly { text: string; t0: number; t1: number }[]
}

/** @throws AppError `unavailable` where it was not installed: it is optional. */
export async function library(): Promise<Library> {
  try {
    const { default: found } = await import('@fugood/whisper.node')
    return found
  } catch (cause) {
    throw new AppError('unavailable', 'the engine for ggml files of Whisper (@fugood/whisper.node) is not installed', {
      hint: 'Run `npm install` in the folder of Hearth, with optional packages, and start again.',
      cause,
    })
  }
}
