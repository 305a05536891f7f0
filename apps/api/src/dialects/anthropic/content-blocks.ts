import { z } from 'zod'

/** Text stands for a list of one block of it. */
function blocks<T extends z.ZodType>(block: T) {
  return z.preprocess(
    value => (typeof value === 'string' ? [{ type: 'text', text: value }] : value),
    z.array(block, 'expected text or a list of blocks'),
  )
}

const text = z.object({ type: z.literal('text'), text: z.string(), citations: z.array(z.unknown()).nullish() })

const image = z.object({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('base64'),
      media_type: z.string().regex(/^image\/[\w.+-]+$/, 'expected a type such as image/png'),
      data: z.string().min(1),
    }),
    z.object({ type: z.literal('url'), url: z.string().regex(/^https?:\/\//i, 'expected an https URL') }),
  ]),
})

/** Citations would be missing from the answer without a word. */
const citations = z
  .object({ enabled: z.literal(false, 'nothing can be cited here; leave it out').optional() })
  .nullish()

const document = z.object({
  type: z.literal('document'),
  source: z.discriminatedUnion(
    'type',
    [
      z.object({ type: z.literal('text'), data: z.string() }),
      z.object({ type: z.literal('content'), content: blocks(z.discriminatedUnion('type', [text, image])) }),
    ],
    'only text can be taken of documents: send its text as a source of type "text" or "content"',
  ),
  title: z.string().nullish(),
  context: z.string().nullish(),
  citations,
})

const searchResult = z.object({
  type: z.literal('search_result'),
  source: z.string(),
  title: z.string(),
  content: z.array(text),
  citations,
})

const toolResult = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string().min(1),
  content: blocks(z.discriminatedUnion('type', [text, image, document, searchResult])).default([]),
  is_error: z.boolean().nullish(),
})

const toolUse = z.object({
  type: z.literal('tool_use'),
  id: z.string().min(1),
  name: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
})

const thinking = z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().nullish() })
/** Only who made it can read it. */
const redactedThinking = z.object({ type: z.literal('redacted_thinking'), data: z.string() })

const userBlock = z.discriminatedUnion('type', [text, image, document, searchResult, toolResult])
export type UserBlock = z.output<typeof userBlock>

const assistantBlock = z.discriminatedUnion('type', [text, document, thinking, redactedThinking, toolUse])
export type AssistantBlock = z.output<typeof assistantBlock>

/** Who speaks decides what may be said. */
export const turn = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), content: blocks(userBlock) }),
  z.object({ role: z.literal('assistant'), content: blocks(assistantBlock) }),
  z.object({ role: z.literal('system'), content: blocks(text) }),
])
export type Turn = z.output<typeof turn>

export const systemBlocks = blocks(text)
