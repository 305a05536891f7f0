import { AppError } from '@hearth/contract'
import { task as embedText } from '@hearth/language/embed-text/spec'
import type { z } from 'zod'
import { notServed } from './google-json.ts'
import type { EmbedRequest } from './wire.ts'

export type EmbedInput = z.input<typeof embedText.input>

/** All texts of a batch in one run. @throws AppError `invalid-input` where they want different things. */
export function embedInput(requests: readonly EmbedRequest[]): EmbedInput {
  const [{ outputDimensionality: dimensions, autoTruncate: truncate } = {}] = requests
  const other = requests.findIndex(
    request => request.outputDimensionality !== dimensions || request.autoTruncate !== truncate,
  )
  if (other >= 0) {
    throw new AppError('invalid-input', 'requests: all of a batch have the same outputDimensionality', {
      path: ['requests', other, 'outputDimensionality'],
    })
  }
  return {
    texts: requests.map(({ content: { parts = [] } }, index) =>
      parts.map((part, at) => textOf(part.text, [index, at])).join(''),
    ),
    ...(dimensions === undefined ? {} : { dimensions }),
    // As Google does unless told otherwise.
    truncate: truncate ?? true,
  }
}

function textOf(text: string | undefined, [index, at]: [number, number]): string {
  return text ?? notServed(['requests', index, 'content', 'parts', at], 'Only text is embedded.')
}

export const embedTask = embedText.id
export const readEmbeddings = (output: unknown) => embedText.output.parse(output).embeddings.map(values => ({ values }))
