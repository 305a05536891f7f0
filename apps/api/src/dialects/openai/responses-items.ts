import { z } from 'zod'

/**
 * The items that conversations are made of in `/v1/responses`: what clients send, what is answered, and what is kept.
 */

const refused = (type: string, what: string) =>
  z.object({ type: z.literal(type) }).transform((_, context) => {
    context.addIssue({ code: 'custom', message: `${what} cannot be taken` })
    return z.NEVER
  })

const inputText = z.object({ type: z.literal('input_text'), text: z.string() })
const inputImage = z.object({
  type: z.literal('input_image'),
  image_url: z.string('pictures are taken by image_url, not by file_id'),
  detail: z.string().nullish(),
})
const outputText = z.object({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.json()).default([]),
  logprobs: z.array(z.json()).nullish(),
})
const refusal = z.object({ type: z.literal('refusal'), refusal: z.string() })
const part = z.discriminatedUnion('type', [
  inputText,
  inputImage,
  outputText,
  refusal,
  refused('input_file', 'files'),
  refused('input_audio', 'sound'),
])
export type ItemPart = z.output<typeof part>

/** A text may stand for its only part. */
const parts = z.preprocess(
  given => (typeof given === 'string' ? [{ type: 'input_text', text: given }] : given),
  z.array(part, 'expected text or a list of parts'),
)

const id = z.string().min(1).nullish()
const status = z.enum(['in_progress', 'completed', 'incomplete']).nullish()

const message = z.object({
  type: z.literal('message'),
  id,
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: parts,
  status,
})
const functionCall = z.object({
  type: z.literal('function_call'),
  id,
  call_id: z.string().min(1),
  name: z.string().min(1),
  arguments: z.string(),
  status,
})
const functionCallOutput = z.object({
  type: z.literal('function_call_output'),
  id,
  call_id: z.string().min(1),
  output: parts,
  status,
})
const reasoning = z.object({
  type: z.literal('reasoning'),
  id,
  summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() })).default([]),
  content: z.array(z.object({ type: z.literal('reasoning_text'), text: z.string() })).nullish(),
  status,
})

const reference = z.object({ type: z.literal('item_reference'), id: z.string().min(1) })

/** A message may leave its type out. */
const typed = (given: unknown) =>
  given !== null && typeof given === 'object' && !('type' in given) ? { ...given, type: 'message' } : given
const error: z.core.$ZodErrorMap = ({ input }) =>
  `items of the type ${String(z.looseObject({ type: z.json() }).safeParse(input).data?.type)} cannot be taken`

export const conversationItem = z.discriminatedUnion('type', [message, functionCall, functionCallOutput, reasoning])
export type ConversationItem = z.output<typeof conversationItem>

/** What a client may send: items, or where they are kept. */
const inputItem = z.preprocess(
  typed,
  z.discriminatedUnion('type', [message, functionCall, functionCallOutput, reasoning, reference], { error }),
)
export type InputItem = z.output<typeof inputItem>

/** A text may stand for a single message. */
export const inputItems = z.preprocess(
  given => (typeof given === 'string' ? [{ role: 'user', content: given }] : given),
  z.array(inputItem, 'expected text or a list of items').min(1),
)
