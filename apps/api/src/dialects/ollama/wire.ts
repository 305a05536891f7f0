import { AppError, fieldProblem } from '@hearth/contract'
import { z } from 'zod'
import { readBytes } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import { keepAlive } from './keep-alive.ts'

/** Requests of Ollama's API. What is not known is left out, as Ollama does; null is nothing. */

const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess(given => (given === null ? undefined : given), schema.optional())
const free = z.record(z.string(), z.json())

const model = z.string().min(1).max(200)
const options = z.object({
  num_predict: optional(z.int()),
  temperature: optional(z.number()),
  top_k: optional(z.int()),
  top_p: optional(z.number()),
  min_p: optional(z.number()),
  repeat_penalty: optional(z.number()),
  presence_penalty: optional(z.number()),
  frequency_penalty: optional(z.number()),
  seed: optional(z.int()),
  stop: optional(z.union([z.string().transform(one => [one]), z.array(z.string())])),
})
export type Options = z.output<typeof options>

const toolCall = z.object({
  id: optional(z.string()),
  function: z.object({ name: z.string().min(1), arguments: optional(free) }),
})
const message = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: optional(z.string()),
  thinking: optional(z.string()),
  images: optional(z.array(z.string())),
  tool_calls: optional(z.array(toolCall)),
  tool_name: optional(z.string()),
  tool_call_id: optional(z.string()),
})
export type OllamaMessage = z.output<typeof message>

const tool = z.object({
  type: optional(z.string()),
  function: z.object({ name: z.string(), description: optional(z.string()), parameters: optional(free) }),
})
export type OllamaTool = z.output<typeof tool>

/** What chat and generate have in common. */
const answering = {
  model,
  stream: optional(z.boolean()).transform(stream => stream ?? true),
  format: optional(z.union([z.literal(['', 'json']), free])),
  options: optional(options),
  think: optional(z.union([z.boolean(), z.enum(['low', 'medium', 'high', 'max'])])),
  keep_alive: optional(keepAlive),
  truncate: optional(z.boolean()),
  logprobs: optional(z.boolean()),
  top_logprobs: optional(z.int()),
}
const wish = z.object(answering)
export type Wish = z.output<typeof wish>

export const chatRequest = wish.extend({
  messages: optional(z.array(message)).transform(messages => messages ?? []),
  tools: optional(z.array(tool)),
})
export type ChatRequest = z.output<typeof chatRequest>

export const generateRequest = wish.extend({
  prompt: optional(z.string()).transform(prompt => prompt ?? ''),
  suffix: optional(z.string()),
  system: optional(z.string()),
  template: optional(z.string()),
  context: optional(z.array(z.int())),
  raw: optional(z.boolean()),
  images: optional(z.array(z.string())),
})
export type GenerateRequest = z.output<typeof generateRequest>

export const embedRequest = z.object({
  model,
  input: optional(z.union([z.string().transform(one => [one]), z.array(z.string())])),
  truncate: optional(z.boolean()),
  dimensions: optional(z.int().min(1)),
})
export const embeddingsRequest = z.object({ model, prompt: optional(z.string()) })

/** Clients say `name` for `model` in some requests and some of their versions. */
export const namedRequest = z
  .object({ model: optional(z.string().max(200)), name: optional(z.string().max(200)) })
  .transform(({ model, name }) => model || name || '')
  .refine(name => name !== '', { message: 'model is required' })
export const pullRequest = z.object({ stream: optional(z.boolean()).transform(stream => stream ?? true) })

/**
 * The body as JSON, whatever it is called: `curl -d` calls it a form.
 * @throws AppError `too-large`, `invalid-input`.
 */
export async function readJsonBody(c: ApiContext, limit: number): Promise<unknown> {
  const bytes = await readBytes(c, limit)
  if (bytes.byteLength === 0) throw new AppError('invalid-input', 'missing request body')
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new AppError('invalid-input', 'the body is not valid JSON', { cause })
  }
}

/** @throws AppError `invalid-input` with the path of the field. */
export function readRequest<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const { path, text } = fieldProblem(parsed.error, '')
  throw new AppError('invalid-input', text.slice(0, 2000), { path, cause: parsed.error })
}
