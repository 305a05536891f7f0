import { AppError } from '@hearth/contract'
import { floatData, type OnnxSession, type Tensor } from '@hearth/runtime/onnx'
import { promptWindows } from './prompt.ts'
import type { Tokenizer } from './tokenizer.ts'

/** A prompt as the denoiser reads it. */
export interface Embedding {
  /** tokens x width. */
  hidden: Float32Array
  tokens: number
  width: number
  /** The whole prompt in one vector; only where the pipeline has use for it. */
  pooled: Float32Array | undefined
}

export interface TextEncoder {
  tokenizer: Tokenizer
  session: OnnxSession
}

/** Which outputs of an encoder hold what. */
interface Outputs {
  hidden: string
  pooled: string | undefined
}

function outputsOf(session: OnnxSession, sdxl: boolean): Outputs {
  const names = session.outputs.map(output => output.name)
  const pooled = names.includes('text_embeds') ? 'text_embeds' : undefined
  if (!sdxl) {
    const hidden = names.includes('last_hidden_state') ? 'last_hidden_state' : names[0]
    if (hidden === undefined) throw new AppError('model-broken', 'the text encoder has no outputs')
    return { hidden, pooled: undefined }
  }
  // SDXL conditions on the layer before the last.
  const layers = names.filter(name => name.startsWith('hidden_states.')).length
  const hidden = `hidden_states.${layers - 2}`
  if (!names.includes(hidden)) {
    throw new AppError('model-broken', 'a text encoder of this SDXL model does not give its hidden states', {
      hint: 'Export it again with the hidden states, as optimum does.',
    })
  }
  return { hidden, pooled }
}

async function encodeWindow(encoder: TextEncoder, ids: readonly number[], outputs: Outputs) {
  const input = encoder.session.inputs[0]
  if (!input) throw new AppError('model-broken', 'the text encoder has no inputs')
  const dims = [1, ids.length]
  const feed: Tensor =
    input.type === 'int32'
      ? { type: 'int32', data: Int32Array.from(ids), dims }
      : { type: 'int64', data: BigInt64Array.from(ids, BigInt), dims }
  const wanted = outputs.pooled === undefined ? [outputs.hidden] : [outputs.hidden, outputs.pooled]
  const results = await encoder.session.run({ [input.name]: feed }, wanted)
  const hidden = results[outputs.hidden]
  const pooled = outputs.pooled === undefined ? undefined : results[outputs.pooled]
  if (!hidden) throw new AppError('model-broken', 'the text encoder gave nothing')
  return {
    hidden: floatData(hidden),
    width: hidden.dims.at(-1) ?? 0,
    pooled: pooled === undefined ? undefined : floatData(pooled),
  }
}

/** `count` windows of one encoder, one behind the other; missing ones are empty windows, more are left out. */
async function encodeWith(encoder: TextEncoder, prompt: string, count: number, sdxl: boolean): Promise<Embedding> {
  const windows = promptWindows(encoder.tokenizer, prompt).slice(0, count)
  const [empty] = promptWindows(encoder.tokenizer, '')
  while (windows.length < count && empty) windows.push(empty)
  const outputs = outputsOf(encoder.session, sdxl)
  const parts = []
  for (const window of windows) parts.push(await encodeWindow(encoder, window, outputs))
  const width = parts[0]?.width ?? 0
  const tokens = windows.length * encoder.tokenizer.length
  const hidden = new Float32Array(tokens * width)
  for (const [i, part] of parts.entries()) hidden.set(part.hidden, i * encoder.tokenizer.length * width)
  return { hidden, tokens, width, pooled: parts[0]?.pooled }
}

/** Encoders side by side: the vectors of each token become one. */
function joined(parts: readonly Embedding[]): Embedding {
  const [first, ...others] = parts
  if (!first) throw new AppError('model-broken', 'the model has no text encoder')
  if (others.length === 0) return first
  const width = parts.reduce((sum, part) => sum + part.width, 0)
  const hidden = new Float32Array(first.tokens * width)
  for (let token = 0; token < first.tokens; token++) {
    let at = token * width
    for (const part of parts) {
      hidden.set(part.hidden.subarray(token * part.width, (token + 1) * part.width), at)
      at += part.width
    }
  }
  return { ...first, hidden, width, pooled: parts.findLast(part => part.pooled)?.pooled }
}

/** Windows that the longest of these prompts needs, in any of the encoders. */
export function windowsNeeded(encoders: readonly TextEncoder[], prompts: readonly string[]): number {
  return Math.max(...encoders.flatMap(({ tokenizer }) => prompts.map(text => promptWindows(tokenizer, text).length)))
}

/** Encodes a prompt into `count` windows, with one encoder or, for SDXL, with both side by side. */
export async function encodePrompt(
  encoders: readonly TextEncoder[],
  prompt: string,
  count: number,
  sdxl: boolean,
): Promise<Embedding> {
  const parts = []
  for (const encoder of encoders) parts.push(await encodeWith(encoder, prompt, count, sdxl))
  return joined(parts)
}

/** All zeros in the shape of another embedding. */
export function zeroEmbedding(like: Embedding): Embedding {
  return {
    ...like,
    hidden: new Float32Array(like.hidden.length),
    pooled: like.pooled && new Float32Array(like.pooled.length),
  }
}
