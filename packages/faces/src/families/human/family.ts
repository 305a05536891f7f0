import { defineFamily } from '@hearth/contract'
import { task as detectFaces } from '../../detect-faces/spec.ts'
import { task as embedFaces } from '../../embed-faces/spec.ts'
import { faceMemory } from '../../engine/face-memory.ts'
import { task as recogniseFaces } from '../../recognise-faces/spec.ts'

const files = ['blazeface', 'facemesh', 'faceres', 'antispoof', 'liveness'].map(name => `${name}.onnx`)

/** Face models of the human library (BlazeFace, face mesh, faceres), converted to ONNX. */
export const family = defineFamily({
  id: 'human',
  title: 'Human',
  engine: 'onnx',
  tasks: [detectFaces.id, embedFaces.id, recogniseFaces.id],
  async describe(folder) {
    const there = new Set(folder.files.map(({ path }) => path))
    if (!files.every(path => there.has(path))) return undefined
    return {
      title: 'Human faces',
      tasks: [detectFaces.id, embedFaces.id, recogniseFaces.id],
      precision: 'mixed',
      defaults: {},
    }
  },
  estimate: checkpoint => faceMemory(checkpoint.bytes),
})
