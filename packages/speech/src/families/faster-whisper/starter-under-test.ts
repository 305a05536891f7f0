import type { Checkpoint } from '@hearth/contract'
import { pulledModel } from '@hearth/testing/pulled-model'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'

/** The starter's smallest Whisper, for English alone. */
export const englishWhisper = (): Promise<Checkpoint> => pulledModel(family, catalogue, 'whisper-tiny-en')
/** The starter's Whisper for many languages. */
export const manyTongues = (): Promise<Checkpoint> => pulledModel(family, catalogue, 'whisper-base')
