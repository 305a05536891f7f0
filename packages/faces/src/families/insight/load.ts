import { globSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, type Load } from '@hearth/contract'
import { type OnnxSession, openSession } from '@hearth/runtime/onnx'
import { thresholdOf } from '../../engine/checkpoint-threshold.ts'
import { facesModel } from '../../engine/faces-model.ts'
import { fileDigest } from '../../engine/file-digest.ts'
import { type Detector, detectorOf } from './detector.ts'
import { embedderOf, type FaceEmbedder } from './embedder.ts'
import { insightEngine } from './engine.ts'
import { namedGraphs } from './graphs.ts'

/** Opens the detector and the embedder of the folder; what each is, its own inputs and outputs decide. */
export const load: Load = async (checkpoint, placement) => {
  const { dir } = checkpoint
  const paths = globSync('**/*.onnx', { cwd: dir })
    .map(path => path.replaceAll('\\', '/'))
    .toSorted()
  const named = namedGraphs(paths)
  if (!named) {
    throw new AppError('model-broken', `${dir} does not hold a face detector and an embedder`, {
      hint: 'Pull the model again.',
    })
  }
  const sessions: OnnxSession[] = []
  const open = async (path: string) => {
    const session = await openSession(join(dir, path), placement)
    sessions.push(session)
    return session
  }
  try {
    const detector: Detector | undefined = detectorOf(await open(named.detector))
    const faceEmbedder: FaceEmbedder | undefined = embedderOf(await open(named.embedder))
    if (!detector) throw unknown(named.detector, 'a detector (YuNet of 2023 or later, SCRFD with five points)')
    if (!faceEmbedder) throw unknown(named.embedder, 'an embedder for faces of 112 x 112')
    const digest = await fileDigest(join(dir, named.embedder))
    const embedder = { id: checkpoint.id, digest, dimensions: faceEmbedder.dimensions }
    return facesModel(insightEngine(detector, faceEmbedder, { embedder, threshold: thresholdOf(checkpoint), sessions }))
  } catch (error) {
    for (const session of sessions) await session.dispose()
    throw error
  }
}

function unknown(path: string, wanted: string): AppError {
  return new AppError('model-broken', `${path} has not the inputs and outputs of ${wanted}`)
}
