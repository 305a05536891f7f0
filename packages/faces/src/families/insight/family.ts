import { defineFamily } from '@hearth/contract'
import { task as detectFaces } from '../../detect-faces/spec.ts'
import { task as embedFaces } from '../../embed-faces/spec.ts'
import { faceMemory } from '../../engine/face-memory.ts'
import { task as recogniseFaces } from '../../recognise-faces/spec.ts'
import { namedGraphs } from './graphs.ts'

const tasks = [detectFaces.id, embedFaces.id, recogniseFaces.id]

/** Detectors with five points (YuNet, SCRFD) and embedders of aligned faces (SFace, ArcFace), as published in ONNX. */
export const family = defineFamily({
  id: 'insight',
  title: 'YuNet, SCRFD, SFace, ArcFace',
  engine: 'onnx',
  tasks,
  async describe(folder) {
    const named = namedGraphs(folder.files.map(({ path }) => path))
    return named && { title: `${named.detector} and ${named.embedder}`, tasks, precision: 'fp32', defaults: {} }
  },
  estimate: checkpoint => faceMemory(checkpoint.bytes),
})
