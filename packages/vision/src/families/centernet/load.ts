import { join } from 'node:path'
import type { Load } from '@hearth/contract'
import { openSession } from '@hearth/runtime/onnx'
import { task } from '../../detect-objects/spec.ts'
import { readLabels } from '../../read-labels.ts'
import { detectObjects } from './detect-objects.ts'

export const load: Load = async (checkpoint, placement) => {
  const labels = await readLabels(join(checkpoint.dir, 'labels.txt'))
  const session = await openSession(join(checkpoint.dir, 'model.onnx'), placement)
  return { tasks: { [task.id]: detectObjects(session, labels) }, dispose: () => session.dispose() }
}
