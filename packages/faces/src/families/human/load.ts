import { join } from 'node:path'
import { AppError, type Load } from '@hearth/contract'
import { type OnnxSession, openSession } from '@hearth/runtime/onnx'
import { thresholdOf } from '../../engine/checkpoint-threshold.ts'
import { facesModel } from '../../engine/faces-model.ts'
import { fileDigest } from '../../engine/file-digest.ts'
import { type Graph, graphs, humanEngine } from './engine.ts'

const dimensions = 1024

/** Opens the five graphs; frees those already open if one cannot be loaded. */
export const load: Load = async (checkpoint, placement) => {
  const path = (name: Graph) => join(checkpoint.dir, `${name}.onnx`)
  // The digest is the file's own: it is the same before and after the whole checkpoint is verified.
  const embedder = { id: checkpoint.id, digest: await fileDigest(path('faceres')), dimensions }
  const sessions = new Map<Graph, OnnxSession>()
  const need = (name: Graph): OnnxSession => {
    const session = sessions.get(name)
    if (!session) throw new AppError('model-broken', `${name}.onnx is missing`, { hint: 'Pull the model again.' })
    return session
  }
  try {
    for (const name of graphs) sessions.set(name, await openSession(path(name), placement))
    const opened = {
      blazeface: need('blazeface'),
      facemesh: need('facemesh'),
      faceres: need('faceres'),
      antispoof: need('antispoof'),
      liveness: need('liveness'),
    }
    return facesModel(humanEngine(opened, embedder, thresholdOf(checkpoint)))
  } catch (error) {
    for (const session of sessions.values()) await session.dispose()
    throw error
  }
}
