import type { Checkpoint } from '@hearth/contract'
import { batchTokens } from './batches.ts'
import type { EncoderLayout } from './layout.ts'

const mebibyte = 2 ** 20
/** The process itself, with onnxruntime and a tokenizer in it. */
const base = 450 * mebibyte
/** Bytes that weights take over their size on disk: they are packed anew for the processor. */
const factors = { fp32: 1.6, fp16: 3, mixed: 3, int8: 3 } as const
/** Numbers that are kept for each token, in sizes of a hidden state. */
const kept = 24
/** Copies of the attention's scores that are there at the same time: raw, masked, as shares. */
const copies = 3

/** What `estimateEncoder` reads of a checkpoint; `describe` puts it there. */
export function sizeDefaults({ maxTokens, hiddenSize, attentionHeads }: EncoderLayout): Record<string, number> {
  return { max_tokens: maxTokens, hidden_size: hiddenSize, attention_heads: attentionHeads }
}

/**
 * Bytes at the peak. Attention grows with the square of the length, so that one long text takes more than a whole
 * batch of short ones.
 * @param longest number of tokens that is read at once, where it can be guessed.
 */
export function estimateEncoder(checkpoint: Checkpoint, longest = 512): number {
  const { max_tokens: most, hidden_size: size, attention_heads: heads } = checkpoint.defaults
  const limit = typeof most === 'number' ? most : 512
  const tokens = Math.min(limit, longest)
  const together = Math.max(batchTokens, tokens)
  const scores = together * tokens * (typeof heads === 'number' ? heads : 12) * 4 * copies
  const states = together * (typeof size === 'number' ? size : 768) * 4 * kept
  return Math.ceil(base + factors[checkpoint.precision] * checkpoint.bytes + scores + states)
}

/** Tokens that a text has at most, by its letters: languages of letters have more than two in a token. */
export function guessTokens(text: string): number {
  let tokens = 8
  for (let i = 0; i < text.length; i++) tokens += text.charCodeAt(i) < 0x250 ? 0.5 : 1
  return Math.ceil(tokens)
}
