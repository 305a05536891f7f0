import { AppError, fieldProblem } from '@hearth/contract'
import { z } from 'zod'

const text = z.object({ type: z.literal('text'), text: z.string() })
const imageUrl = z.object({
  type: z.literal('image_url'),
  image_url: z.union([z.string().transform(url => ({ url })), z.object({ url: z.string() })]),
})
const refusal = z.object({ type: z.literal('refusal'), refusal: z.string() })
const cannot = (type: string, what: string) =>
  z.object({ type: z.literal(type) }).transform((_, context) => {
    context.addIssue({ code: 'custom', message: `${what} cannot be taken in messages` })
    return z.NEVER
  })
const part = z.discriminatedUnion('type', [
  text,
  imageUrl,
  refusal,
  cannot('input_audio', 'sound'),
  cannot('file', 'files'),
])
export type ContentPart = z.output<typeof part>

const content = z.union([z.string(), z.array(part)], 'expected text or a list of parts')
const call = z.object({
  id: z.string().min(1),
  type: z.literal('function').default('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
})
const name = z.string().optional()

const wishedMessage = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content, name }),
  z.object({ role: z.literal('developer'), content, name }),
  z.object({ role: z.literal('user'), content, name }),
  z.object({
    role: z.literal('assistant'),
    content: content.nullish(),
    refusal: z.string().nullish(),
    // As DeepSeek and SiliconFlow write it.
    reasoning_content: z.string().nullish(),
    tool_calls: z.array(call).nullish(),
    name,
  }),
  z.object({ role: z.literal('tool'), content, tool_call_id: z.string().min(1) }),
])
export type WishedMessage = z.output<typeof wishedMessage>

const functionTool = z.object({
  type: z.literal('function', 'only tools of the type function can be called'),
  function: z.object({
    name: z.string(),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.json()).nullish(),
    strict: z.boolean().nullish(),
  }),
})
const named = z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) })
const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  named,
  z.object({
    type: z.literal('allowed_tools'),
    allowed_tools: z.object({ mode: z.enum(['auto', 'required']), tools: z.array(named).min(1) }),
  }),
])

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({ name: z.string(), schema: z.record(z.string(), z.json()).default({}) }),
  }),
])

/** How tokens are chosen, in the words of both kinds of completion. Beside OpenAI's, those of SiliconFlow and llama.cpp. */
const sampling = {
  model: z.string().min(1),
  max_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  repetition_penalty: z.number().min(0.1).max(10).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string().transform(stop => [stop]), z.array(z.string()).max(16)]).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  n: z.int().min(1).max(8).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
}

/** What clients may say of a chat. Fields that change nothing here (`user`, `store`, `metadata` ...) are let through. */
export const chatWish = z.object({
  ...sampling,
  messages: z.array(wishedMessage).min(1),
  max_completion_tokens: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  response_format: responseFormat.nullish(),
  tools: z.array(functionTool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning_effort: z.string().nullish(),
  enable_thinking: z.boolean().nullish(),
  audio: z.null('only text can be answered').optional(),
  modalities: z.array(z.literal('text', 'only text can be answered')).nullish(),
  functions: z.undefined('send `tools`: functions are out of use').optional(),
  function_call: z.undefined('send `tool_choice`: function_call is out of use').optional(),
})
export type ChatWish = z.output<typeof chatWish>

/** What clients may say of a completion. */
export const completionWish = z.object({
  ...sampling,
  prompt: z.union(
    [
      z.string(),
      z
        .array(z.string())
        .length(1)
        .transform(([only = '']) => only),
    ],
    {
      error: 'expected one text; token numbers and several prompts are not taken',
    },
  ),
  logprobs: z.int().min(0).max(5).nullish(),
  echo: z.boolean().nullish(),
  suffix: z.null('the model cannot fill gaps').optional(),
  best_of: z.null('send `n`').or(z.literal(1)).optional(),
})
export type CompletionWish = z.output<typeof completionWish>

/** @throws AppError `invalid-input` naming the first bad field. */
export function readWish<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const { path, text } = fieldProblem(parsed.error, 'body')
  throw new AppError('invalid-input', text, { path, cause: parsed.error })
}
