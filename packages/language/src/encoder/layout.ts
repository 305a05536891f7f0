import type { CheckpointEntry, FolderView } from '@hearth/contract'
import { z } from 'zod'

/** The part of a checkpoint's config.json that is looked at; kinds of models differ in what they call a thing. */
const modelConfig = z.looseObject({
  model_type: z.string().default(''),
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.string()).optional(),
  problem_type: z.string().nullish(),
  vocab_size: z.int().positive().optional(),
  hidden_size: z.int().positive().optional(),
  dim: z.int().positive().optional(),
  n_embd: z.int().positive().optional(),
  num_hidden_layers: z.int().positive().optional(),
  num_attention_heads: z.int().positive().optional(),
  n_heads: z.int().positive().optional(),
  n_head: z.int().positive().optional(),
  max_position_embeddings: z.int().positive().optional(),
  n_positions: z.int().positive().optional(),
  pad_token_id: z.int().nullish(),
  matryoshka_dimensions: z.array(z.int().positive()).optional(),
})
export type ModelConfig = z.infer<typeof modelConfig>

const lengthConfig = z.looseObject({ max_seq_length: z.int().positive().nullish() })
const tokenizerConfig = z.looseObject({ model_max_length: z.number().positive().nullish() })

/** Types whose first position is that of the first real token, one after the number of the padding token. */
const offsetTypes = ['roberta', 'xlm-roberta', 'camembert', 'mpnet', 'longformer']

/** Endings of graph files with what they compute in; the first that is there is taken. */
const endings: readonly [string, CheckpointEntry['precision']][] = [
  ['', 'fp32'],
  ['_fp16', 'fp16'],
  ['_quantized', 'int8'],
  ['_int8', 'int8'],
  ['_uint8', 'int8'],
]

/** A model that reads a text at once: a graph from tokens to hidden states or scores, and its tokenizer. */
export interface EncoderLayout {
  config: ModelConfig
  /** Path of the graph in the folder. */
  graph: string
  precision: CheckpointEntry['precision']
  /** Tokens that the model reads at most, marks included. */
  maxTokens: number
  hiddenSize: number
  attentionHeads: number
}

/** What a folder holds; undefined if it is not an encoder's. */
export async function readEncoder(folder: FolderView): Promise<EncoderLayout | undefined> {
  const paths = new Set(folder.files.map(({ path }) => path))
  if (!paths.has('tokenizer.json') || paths.has('preprocessor_config.json')) return undefined
  const parsed = modelConfig.safeParse(await folder.json('config.json'))
  if (!parsed.success) return undefined
  const config = parsed.data
  const found = findGraph(folder, config)
  if (!found) return undefined
  return {
    config,
    ...found,
    maxTokens: await readMaxTokens(folder, config),
    hiddenSize: hiddenSizeOf(config),
    attentionHeads: config.num_attention_heads ?? config.n_heads ?? config.n_head ?? 12,
  }
}

function findGraph(folder: FolderView, config: ModelConfig): Pick<EncoderLayout, 'graph' | 'precision'> | undefined {
  for (const [ending, precision] of endings) {
    for (const graph of [`onnx/model${ending}.onnx`, `model${ending}.onnx`]) {
      const file = folder.files.find(({ path }) => path === graph)
      if (!file) continue
      const beside = folder.files.filter(({ path }) => path.startsWith(`${graph}_`) || path.startsWith(`${graph}.`))
      const bytes = beside.reduce((sum, { bytes }) => sum + bytes, file.bytes)
      return { graph, precision: ending === '' ? precisionOf(bytes, config) : precision }
    }
  }
  return undefined
}

/** By the bytes that each weight takes: names of files do not always say it. */
function precisionOf(bytes: number, config: ModelConfig): CheckpointEntry['precision'] {
  const size = hiddenSizeOf(config)
  const weights = (config.vocab_size ?? 0) * size + (config.num_hidden_layers ?? 0) * 12 * size ** 2
  if (weights < 1e6) return 'fp32'
  const each = bytes / weights
  if (each < 1.5) return 'int8'
  return each < 3 ? 'fp16' : 'fp32'
}

function hiddenSizeOf(config: ModelConfig): number {
  return config.hidden_size ?? config.dim ?? config.n_embd ?? 768
}

/** The least of what the model's files say. Absent limits are written as numbers beyond any text. */
async function readMaxTokens(folder: FolderView, config: ModelConfig): Promise<number> {
  const sentence = lengthConfig.safeParse(await folder.json('sentence_bert_config.json'))
  const tokenizer = tokenizerConfig.safeParse(await folder.json('tokenizer_config.json'))
  const positions = config.max_position_embeddings ?? config.n_positions
  const offset = offsetTypes.includes(config.model_type) ? (config.pad_token_id ?? 1) + 1 : 0
  const limits = [
    sentence.data?.max_seq_length ?? undefined,
    tokenizer.data?.model_max_length ?? undefined,
    positions === undefined ? undefined : positions - offset,
  ].filter(limit => limit !== undefined && limit > 0 && limit < 1e6)
  return limits.length === 0 ? 512 : Math.min(...limits.map(Number))
}
