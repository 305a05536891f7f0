import type { Load } from '@hearth/contract'
import { task } from '../../diarise/spec.ts'
import { diarise } from './diarise.ts'
import { openDiariser } from './open-diariser.ts'

export const load: Load = async (checkpoint, placement) => {
  const diariser = await openDiariser(checkpoint, placement)
  // The library has no way to close it: it goes with the process.
  return { tasks: { [task.id]: diarise(diariser) }, dispose: async () => undefined }
}
