import { join } from 'node:path'
import type { Load } from '@hearth/contract'
import { openSession } from '@hearth/runtime/onnx'
import { detectInVideo } from '../../detect-in-video/run.ts'
import { task as videoTask } from '../../detect-in-video/spec.ts'
import { task } from '../../detect-objects/spec.ts'
import { readLabels } from '../../read-labels.ts'
import { detectObjects, openDetector } from './detect-objects.ts'

export const load: Load = async (checkpoint, placement) => {
  const labels = await readLabels(join(checkpoint.dir, 'labels.txt'))
  const session = await openSession(join(checkpoint.dir, 'model.onnx'), placement)
  const detect = openDetector(session, labels)
  return {
    tasks: { [task.id]: detectObjects(detect), [videoTask.id]: detectInVideo(detect) },
    dispose: () => session.dispose(),
  }
}
