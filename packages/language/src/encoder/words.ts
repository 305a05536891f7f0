import { join } from 'node:path'
import { AppError } from '@hearth/contract'
// Before the library: it takes away a type that the library's tensors would trip over.
import '@hearth/runtime/onnx'
import { PreTrainedTokenizer } from '@huggingface/transformers'
import { readJson } from './folder.ts'
import type { Row } from './row.ts'

/** A tokenizer, and how its model wants texts to be marked. */
export interface Words {
  /** The tokens of a text alone, without marks. */
  tokens(text: string): number[]
  /** A text of so many tokens becomes a row of that many more. */
  readonly marks: { one: number; two: number }
  one(text: readonly number[]): Row
  two(first: readonly number[], second: readonly number[]): Row
  readonly pad: number
}

/**
 * The tokenizer of a checkpoint's folder, made from its files alone: the library is not asked to find anything.
 * @throws AppError `model-broken` where it cannot be read.
 */
export async function openWords(dir: string): Promise<Words> {
  const [json, config] = [
    await readJson(join(dir, 'tokenizer.json')),
    await readJson(join(dir, 'tokenizer_config.json')),
  ]
  const tokenizer = makeTokenizer(dir, json, config)
  const tokens = (text: string) => tokenizer.encode(text, { add_special_tokens: false })
  const framed = (pair?: string) =>
    tokenizer('a', {
      ...(pair === undefined ? {} : { text_pair: pair }),
      return_tensor: false,
      return_token_type_ids: true,
    })
  const inner = tokens('a')
  const [single, double] = [framed(), framed('a')]
  const [before, after] = around(dir, single.input_ids, inner)
  const [start, rest] = around(dir, double.input_ids, inner)
  const [middle, end] = around(dir, rest, inner)
  // Of a pair, everything from the second text on is of the second kind, unless the model knows but one.
  const types = double.token_type_ids ?? []
  const second = types.at(-1) ?? 0
  const boundary = types.indexOf(second, start.length + inner.length) - start.length - inner.length
  const firstMarks = second === 0 ? 0 : Math.max(0, boundary)
  return {
    tokens,
    marks: { one: before.length + after.length, two: start.length + middle.length + end.length },
    one(text) {
      const ids = [...before, ...text, ...after]
      return { ids, types: ids.map(() => 0) }
    },
    two(left, right) {
      const ids = [...start, ...left, ...middle, ...right, ...end]
      const from = start.length + left.length + firstMarks
      return { ids, types: ids.map((_, at) => (second !== 0 && at >= from ? second : 0)) }
    },
    pad: tokenizer.pad_token_id ?? 0,
  }
}

function makeTokenizer(dir: string, json: unknown, config: unknown): PreTrainedTokenizer {
  try {
    return new PreTrainedTokenizer(json, config)
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('model-broken', `cannot read the tokenizer of ${dir}: ${text}`, { cause })
  }
}

/** What stands before and after the first place where the tokens of a text occur. */
function around(dir: string, row: readonly number[], inner: readonly number[]): [number[], number[]] {
  const fits = (at: number) => inner.every((id, i) => row[at + i] === id)
  const start = inner.length === 0 ? -1 : row.findIndex((_, at) => fits(at))
  if (start < 0) throw new AppError('model-broken', `the tokenizer of ${dir} does not know the letter a`)
  return [row.slice(0, start), row.slice(start + inner.length)]
}
