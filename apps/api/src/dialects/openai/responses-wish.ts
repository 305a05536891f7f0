import { z } from 'zod'
import { inputItems } from './responses-items.ts'

const functionTool = z.object({
  type: z.literal('function', {
    error: ({ input }) => `${String(input)} is not here: only tools of the type function can be called`,
  }),
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.json()).nullish(),
  strict: z.boolean().nullish(),
})
const named = z.object({ type: z.literal('function'), name: z.string() })
const toolChoice = z.union(
  [
    z.enum(['none', 'auto', 'required']),
    named,
    z.object({
      type: z.literal('allowed_tools'),
      mode: z.enum(['auto', 'required']),
      tools: z.array(named).min(1),
    }),
  ],
  'expected none, auto, required, or functions by name',
)
const format = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    name: z.string(),
    description: z.string().nullish(),
    schema: z.record(z.string(), z.json()),
    strict: z.boolean().nullish(),
  }),
])

const not = (message: string) => z.null(message).optional()

/** What clients may ask for. Fields that change nothing here (`user`, `prompt_cache_key`, `service_tier` ...) are let through. */
export const responseWish = z.object({
  model: z.string().min(1),
  input: inputItems,
  instructions: z.string('expected text').nullish(),
  previous_response_id: z.string().min(1).nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  background: z.literal(false, 'answers are not made in the background: leave it out, or send stream: true').nullish(),
  conversation: not('conversations are not kept: send previous_response_id'),
  prompt: not('prompts are not kept: send instructions and input'),
  context_management: not('conversations are not made shorter: send truncation: "auto"'),
  max_output_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  include: z.array(z.string()).nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  text: z.object({ format: format.nullish(), verbosity: z.string().nullish() }).nullish(),
  tools: z.array(functionTool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: z.object({ effort: z.string().nullish(), summary: z.string().nullish() }).nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
})
export type ResponseWish = z.output<typeof responseWish>
