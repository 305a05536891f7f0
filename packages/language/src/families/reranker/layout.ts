import type { FolderView } from '@hearth/contract'
import { type EncoderLayout, readEncoder } from '../../encoder/layout.ts'

/** What a reranker's folder holds: a classifier with one label, which is how well a text answers. */
export async function readReranker(folder: FolderView): Promise<EncoderLayout | undefined> {
  const layout = await readEncoder(folder)
  if (!layout) return undefined
  const { architectures, id2label } = layout.config
  const judges = architectures?.some(name => name.endsWith('ForSequenceClassification')) ?? false
  // Without names there are two labels: models of that kind tell moods and languages apart.
  return judges && Object.keys(id2label ?? {}).length === 1 ? layout : undefined
}
