import type { Checkpoint } from '@hearth/contract'
import { pulledModel } from '@hearth/testing/pulled-model'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'

/** The starter's weights, real and small. */
export const starterChat = (): Promise<Checkpoint> => pulledModel(family, catalogue, 'smollm2-135m')
