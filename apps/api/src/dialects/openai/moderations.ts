import { randomUUID } from 'node:crypto'
import { AppError } from '@hearth/contract'
import { task as moderate } from '@hearth/language/moderate/spec'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import type { ErrorAnswer } from '../../http/errors.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import { patientJson } from '../patient-json.ts'
import { runPatiently } from '../run-patiently.ts'
import { readWish } from './chat-wish.ts'
import { categoryOf, openaiCategories } from './moderation-categories.ts'

const most = 256
const parts = z
  .array(z.object({ type: z.literal('text'), text: z.string() }))
  .min(1)
  .max(most)
const texts = z.array(z.string()).min(1).max(most)
const imagePart = z.object({ type: z.literal('image_url') })

/** What clients may say; fields that change nothing here are let through. */
const moderationsWish = z.object({ model: z.string().min(1).nullish(), input: z.unknown() })

/** OpenAI's models by name: whichever judges by default stands for them. */
const openaiModel = /^(omni-moderation-|text-moderation-(latest|stable|\d+)$)/

type Result = z.output<typeof moderate.output>['results'][number]

/** Tells what is wrong with texts, in OpenAI's categories. */
export async function serveModerations(deps: ApiDeps, c: ApiContext, error: ErrorAnswer): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  const wish = readWish(moderationsWish, await readJson(c, bodyLimit(deps)))
  const { input, isOne } = readInput(wish.input)
  const order = { task: moderate.id, model: modelOf(wish.model), input: { input } }
  const work = runPatiently(deps, caller, order, c.req.raw.signal).then(({ output, model }) => {
    const { results } = moderate.output.parse(output)
    const inputs = isOne ? [results] : results.map(result => [result])
    return { id: `modr-${randomUUID()}`, model, results: inputs.map(moderationResult) }
  })
  return patientJson(c, deps, { work, error })
}

function modelOf(name: string | null | undefined): string | undefined {
  return name == null || openaiModel.test(name) ? undefined : name
}

/** The texts, and whether they are parts of one input, which has one result. */
function readInput(input: unknown): { input: string[]; isOne: boolean } {
  if (typeof input === 'string') return { input: [input], isOne: true }
  const at = Array.isArray(input) ? input.findIndex(part => imagePart.safeParse(part).success) : -1
  if (at >= 0) {
    throw new AppError('invalid-input', `input.${at}: pictures cannot be judged here`, {
      path: ['input', at],
      hint: 'Send text alone: {"type": "text", "text": "..."}.',
    })
  }
  if (Array.isArray(input) && typeof input[0] === 'object') {
    return { input: readWish(z.object({ input: parts }), { input }).input.map(({ text }) => text), isOne: true }
  }
  return { input: readWish(z.object({ input: texts }), { input }).input, isOne: false }
}

/**
 * What is wrong with any part of an input, in OpenAI's categories and, after them, in those of the model that mean
 * something else.
 * @param parts results of the input's texts
 */
export function moderationResult(parts: readonly Result[]) {
  const found = parts.flatMap(({ categories, scores }) =>
    Object.entries(categories).map(([label, flagged]) => ({
      name: categoryOf(label),
      flagged,
      score: scores[label] ?? 0,
    })),
  )
  const names = [...new Set([...openaiCategories, ...found.map(({ name }) => name)])]
  const each = <T>(value: (of: typeof found) => T) =>
    Object.fromEntries(names.map(name => [name, value(found.filter(one => one.name === name))]))
  return {
    flagged: parts.some(({ flagged }) => flagged),
    categories: each(of => of.some(({ flagged }) => flagged)),
    category_scores: each(of => Math.max(0, ...of.map(({ score }) => score))),
    // What the model knows nothing of was not looked for.
    category_applied_input_types: each(of => (of.length > 0 ? ['text' as const] : [])),
  }
}
