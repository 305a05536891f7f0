import { join } from 'node:path'
import type { Load } from '@hearth/contract'
import { openSession } from '@hearth/runtime/onnx'
import { task } from '../../remove-background/spec.ts'
import { removeBackground } from './remove-background.ts'

export const load: Load = async (checkpoint, placement) => {
  const session = await openSession(join(checkpoint.dir, 'model.onnx'), placement)
  return { tasks: { [task.id]: removeBackground(session) }, dispose: () => session.dispose() }
}
