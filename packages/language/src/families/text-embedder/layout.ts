import type { FolderView } from '@hearth/contract'
import { type EncoderLayout, readEncoder } from '../../encoder/layout.ts'

/** Files that say that a folder is there to make vectors of texts. */
const signs = [
  'modules.json',
  '1_Pooling/config.json',
  'config_sentence_transformers.json',
  'sentence_bert_config.json',
]

/** Bare encoders: conversions leave out the files that say what they are for. */
const types = [
  'bert',
  'roberta',
  'xlm-roberta',
  'camembert',
  'distilbert',
  'mpnet',
  'albert',
  'electra',
  'deberta',
  'deberta-v2',
  'modernbert',
  'nomic_bert',
  'new',
]

/** What an embedder's folder holds; undefined if it is not one. */
export async function readEmbedder(folder: FolderView): Promise<EncoderLayout | undefined> {
  const layout = await readEncoder(folder)
  if (!layout) return undefined
  const architectures = layout.config.architectures ?? []
  // Models that judge, name or answer have graphs that give no states.
  if (architectures.some(name => /For(Sequence|Token)Classification$|ForQuestionAnswering$/.test(name))) {
    return undefined
  }
  const marked = folder.files.some(({ path }) => signs.includes(path))
  const bare = architectures.some(name => name.endsWith('Model') || name.startsWith('JinaBert'))
  return marked || (bare && types.includes(layout.config.model_type)) ? layout : undefined
}
