import type { Pipeline } from './pipeline.ts'
import { type Embedding, encodePrompt, windowsNeeded, zeroEmbedding } from './text-encoder.ts'

/** The words of a request, encoded. */
export interface PromptRows {
  /** Negative and positive pass; false: positive alone. */
  guided: boolean
  /** Rows for a batch of pictures: all negatives, then all positives. */
  of(pictures: number): Embedding[]
}

interface Words {
  prompt: string
  negative_prompt: string
  guidance_scale: number
}

/** A prompt may be long, but attention to thousands of words would take the memory of the picture. */
const mostWindows = 16

/** Encodes prompt and negative prompt; the notes say what was done otherwise than one may expect. */
export async function promptRows(pipeline: Pipeline, words: Words): Promise<{ rows: PromptRows; notes: string[] }> {
  const { encoders, layout, unet } = pipeline
  // Distilled models are told the guidance scale instead of being asked twice.
  const guided = words.guidance_scale > 1 && layout.guidanceWidth === undefined
  const texts = guided ? [words.prompt, words.negative_prompt] : [words.prompt]
  const needed = windowsNeeded(encoders, texts)
  const length = encoders[0]?.tokenizer.length ?? 0
  const readable = unet.fixedTokens === undefined ? mostWindows : Math.floor(unet.fixedTokens / length)
  const windows = Math.max(1, Math.min(needed, readable))
  const notes = windowNotes(needed, windows, length)
  if (!guided && words.negative_prompt !== '') {
    notes.push('The negative prompt has no effect without guidance.')
  }
  const positive = await encodePrompt(encoders, words.prompt, windows, layout.sdxl)
  if (!guided) return { rows: { guided, of: pictures => new Array<Embedding>(pictures).fill(positive) }, notes }
  const zeros = words.negative_prompt === '' && layout.zeroEmptyPrompt
  const negative = zeros
    ? zeroEmbedding(positive)
    : await encodePrompt(encoders, words.negative_prompt, windows, layout.sdxl)
  const of = (pictures: number) => [
    ...new Array<Embedding>(pictures).fill(negative),
    ...new Array<Embedding>(pictures).fill(positive),
  ]
  return { rows: { guided, of }, notes }
}

function windowNotes(needed: number, windows: number, length: number): string[] {
  if (needed > windows) {
    const tokens = windows * (length - 2)
    return [`The prompt is longer than the ${tokens} tokens that this model can take; the end of it was left out.`]
  }
  if (needed === 1) return []
  return [`The prompt is longer than the ${length - 2} tokens of the text encoder; it was read in ${needed} parts.`]
}
