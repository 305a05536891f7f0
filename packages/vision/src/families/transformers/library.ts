import { AppError, type Checkpoint, type Placement } from '@hearth/contract'
// Before the library: it takes away a type that the library's tensors would trip over.
import { fromHalf, onnxSettings, toHalf } from '@hearth/runtime/onnx'
import { AutoModel, AutoTokenizer, env, LogLevel, type PreTrainedModel, Tensor } from '@huggingface/transformers'
import type { Layout } from './layout.ts'

// Models are what is in their folder. Nothing is fetched, and nothing is written beside the library.
env.allowRemoteModels = false
env.allowLocalModels = true
env.useFSCache = false
env.useWasmCache = false
env.fetch = () => Promise.reject(new AppError('internal', 'a model asked for the network'))
// It warns of model types that it has no class for; their graphs are run all the same.
env.logLevel = LogLevel.ERROR

/** Numbers with a shape, as they go into a graph: `float` in whatever precision the graph declares. */
export interface Feed {
  type: 'float' | 'int64'
  data: Float32Array | BigInt64Array
  dims: number[]
}

export interface Result {
  data: Float32Array
  dims: number[]
}

/** A graph in memory. `run` stops the event loop for as long as it computes. */
export interface Graph {
  readonly inputs: readonly string[]
  /** Inputs that the graph does not have are left out. */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Result>>
  dispose(): Promise<void>
}

/** The part of onnxruntime's session that is looked at; the library gives it no type. */
interface Session {
  inputNames: string[]
  inputMetadata: { name: string; type?: string }[]
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? ''
}

/**
 * Loads one graph of a checkpoint's folder.
 * @param name of the file in `onnx/`, without what tells its precision.
 * Throws `model-broken` where it cannot be loaded.
 */
export async function openGraph(
  checkpoint: Pick<Checkpoint, 'dir'>,
  layout: Pick<Layout, 'dtype'>,
  name: string,
  placement: Placement,
): Promise<Graph> {
  let model: PreTrainedModel
  try {
    model = await AutoModel.from_pretrained(checkpoint.dir, {
      local_files_only: true,
      model_file_name: name,
      device: placement.device,
      dtype: layout.dtype,
      session_options: onnxSettings(placement),
    })
  } catch (cause) {
    throw new AppError('model-broken', `cannot load ${name} of ${checkpoint.dir}: ${firstLine(cause)}`, {
      hint: 'Verify the model, or pull it again.',
      cause,
    })
  }
  const session = model.sessions.model as Session
  const types = new Map(session.inputMetadata.map(input => [input.name, input.type]))
  return {
    inputs: session.inputNames,
    async run(feeds) {
      const given = Object.entries(feeds).filter(([input]) => types.has(input))
      const tensors = given.map(([input, feed]) => [input, toTensor(feed, types.get(input))] as const)
      const outputs = (await model(Object.fromEntries(tensors))) as Record<string, Tensor>
      return Object.fromEntries(Object.entries(outputs).map(([output, tensor]) => [output, toResult(output, tensor)]))
    },
    async dispose() {
      await model.dispose()
    },
  }
}

function toTensor({ type, data, dims }: Feed, declared: string | undefined): Tensor {
  if (type === 'float' && declared === 'float16') return new Tensor('float16', toHalf(data as Float32Array), dims)
  return new Tensor(type === 'float' ? 'float32' : type, data, dims)
}

function toResult(name: string, { type, data, dims }: Tensor): Result {
  if (type === 'float32' && data instanceof Float32Array) return { data, dims }
  if (type === 'float16' && data instanceof Uint16Array) return { data: fromHalf(data), dims }
  throw new AppError('model-broken', `the model's output ${name} has the type ${type}, which is not supported`)
}

/** Texts as rows of ids of one length, and which of them count. */
export interface Tokens {
  input_ids: Feed
  attention_mask: Feed
}

export interface Words {
  /** @param padding `max_length`: rows as long as the model takes; `longest`: as long as the longest text. */
  read(texts: readonly string[], padding: 'max_length' | 'longest'): Tokens
}

/**
 * The tokenizer of a checkpoint's folder. Throws `model-broken` where it cannot be read.
 * @param longest row that the model takes, if its tokenizer does not say less.
 */
export async function openWords({ dir }: Pick<Checkpoint, 'dir'>, longest: number): Promise<Words> {
  const tokenizer = await AutoTokenizer.from_pretrained(dir, { local_files_only: true }).catch(cause => {
    throw new AppError('model-broken', `cannot read the tokenizer of ${dir}: ${firstLine(cause)}`, { cause })
  })
  const most = Math.min(longest, tokenizer.model_max_length ?? longest)
  const pad = tokenizer.pad_token_id ?? 0
  const bare = (text: string) => tokenizer.encode(text, { add_special_tokens: false })
  // Long texts are cut here: the library cuts off the mark of the end, too, which is where CLIP looks.
  const [around, inner] = [tokenizer.encode('a'), bare('a')]
  const start = around.indexOf(inner[0] ?? Number.NaN)
  if (start < 0) throw new AppError('model-broken', `the tokenizer of ${dir} does not know the letter a`)
  const [before, after] = [around.slice(0, start), around.slice(start + inner.length)]
  const row = (text: string) => [...before, ...bare(text).slice(0, most - before.length - after.length), ...after]
  return {
    read(texts, padding) {
      const rows = texts.map(row)
      const width = padding === 'max_length' ? most : Math.max(...rows.map(({ length }) => length))
      const filled = (fill: (row: number[], at: number) => number): Feed => {
        const data = new BigInt64Array(rows.length * width)
        for (const [i, ids] of rows.entries()) {
          for (let at = 0; at < width; at++) data[i * width + at] = BigInt(fill(ids, at))
        }
        return { type: 'int64', data, dims: [rows.length, width] }
      }
      return {
        input_ids: filled((ids, at) => ids[at] ?? pad),
        attention_mask: filled((ids, at) => Number(at < ids.length)),
      }
    },
  }
}
