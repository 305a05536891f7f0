import type { Checkpoint } from '@hearth/contract'
import { pulledModel } from '@hearth/testing/pulled-model'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'

/** The starter's voice, as it was published. */
export const starterVoice = (): Promise<Checkpoint> => pulledModel(family, catalogue, 'piper-en-us-joe-medium')
