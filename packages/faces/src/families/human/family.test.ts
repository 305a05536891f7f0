import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry } from '@hearth/contract'
import { executorSuite } from '@hearth/testing'
import { task as detectFaces } from '../../detect-faces/spec.ts'
import { task as embedFaces } from '../../embed-faces/spec.ts'
import { peopleQuestion } from '../../people/question.ts'
import { task as recogniseFaces } from '../../recognise-faces/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import { load } from './load.ts'

const repo = join(import.meta.dirname, '../../../../..')
const [entry] = catalogue.map(entry => checkpointEntry.parse(entry))
if (!entry) throw new Error('the catalogue is empty')
const dir = join(repo, 'models/starter/faces')
const checkpoint: Checkpoint = { ...entry, family: family.id, dir, digest: 'unverified', tasks: [...family.tasks] }
const references = { 'upload:portrait': readFileSync(join(repo, 'packages/testing/photos/obama.jpg')) }
const nobody = (question: unknown) => {
  const { vectors, default_threshold: threshold = 1 } = peopleQuestion.parse(question)
  const matches = vectors.map(() => ({ person: null, similarity: null, margin: null }))
  return { threshold, threshold_from: 'embedder', matches }
}

for (const task of [detectFaces, embedFaces, recogniseFaces]) {
  executorSuite(`human, ${task.id}`, {
    load,
    checkpoint,
    task,
    family,
    input: { image: 'upload:portrait' },
    references,
    keepers: { people: nobody },
    stepsAfterAbort: 0,
  })
}
