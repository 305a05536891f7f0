import { type Executor, perform } from '@hearth/contract'
import { generate } from '../sherpa/generate.ts'
import type { Speaker } from '../sherpa/library.ts'
import { task } from '../synthesise-speech/spec.ts'
import { speakText } from './speak-text.ts'
import { type SpeakerNames, speakerNumber } from './speaker-number.ts'

/** A model in memory that speaks with voices of its own. */
export interface SpeakingModel {
  speaker: Speaker
  voices: SpeakerNames
  /** How much slower than asked for it is to speak, by its own settings. */
  lengthScale: number
}

export function synthesiseSpeech({ speaker, voices, lengthScale }: SpeakingModel): Executor<never> {
  return perform(task, ({ voice: wanted, ...reading }, context) => {
    const sid = speakerNumber(voices, wanted)
    const say = (text: string, speed: number) =>
      generate(speaker, { text, sid, speed: speed / lengthScale, enableExternalBuffer: false })
    return speakText({ sampleRate: speaker.sampleRate, say }, reading, context)
  })
}
