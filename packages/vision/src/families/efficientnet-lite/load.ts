import { join } from 'node:path'
import type { Load } from '@hearth/contract'
import { openSession } from '@hearth/runtime/onnx'
import { task } from '../../classify-image/spec.ts'
import { readLabels } from '../../read-labels.ts'
import { classifyImage } from './classify-image.ts'

export const load: Load = async (checkpoint, placement) => {
  const labels = await readLabels(join(checkpoint.dir, 'labels.txt'))
  const session = await openSession(join(checkpoint.dir, 'model.onnx'), placement)
  return { tasks: { [task.id]: classifyImage(session, labels) }, dispose: () => session.dispose() }
}
