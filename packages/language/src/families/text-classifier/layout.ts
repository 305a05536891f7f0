import type { FolderView } from '@hearth/contract'
import { type EncoderLayout, readEncoder } from '../../encoder/layout.ts'
import { type Label, readLabels } from './labels.ts'

export interface ClassifierLayout extends EncoderLayout {
  labels: readonly Label[]
  /** Whether each label is judged by itself; else the scores of all sum to one. */
  apart: boolean
}

/** What a classifier's folder holds: two labels or more, all of them named, some of them wrong. */
export async function readClassifier(folder: FolderView): Promise<ClassifierLayout | undefined> {
  const layout = await readEncoder(folder)
  if (!layout) return undefined
  const { architectures, id2label, problem_type: problem } = layout.config
  const judges = architectures?.some(name => name.endsWith('ForSequenceClassification')) ?? false
  const labels = readLabels(id2label)
  if (!judges || !labels || labels.length < 2 || problem === 'regression') return undefined
  const apart = problem === 'multi_label_classification'
  // Of labels that share one whole some always stand high: without one that says "fine", each text would be flagged.
  const tells = labels.some(({ kind }) => kind === 'harm') && (apart || labels.some(({ kind }) => kind === 'fine'))
  return tells ? { ...layout, labels, apart } : undefined
}
