import { AppError, fieldProblem } from '@hearth/contract'
import { tool as anyTool } from '@hearth/language/message-fields'
import { sampling } from '@hearth/language/sampling-fields'
import { z } from 'zod'
import { systemBlocks, turn } from './content-blocks.ts'

const jsonSchema = z.record(z.string(), z.json())

const tool = z.object({
  type: z.literal('custom', 'only tools of your own can be called: give name, description and input_schema').nullish(),
  name: anyTool.shape.name,
  description: z.string().nullish(),
  input_schema: jsonSchema,
  strict: z.boolean().nullish(),
})

const oneAtATime = { disable_parallel_tool_use: z.boolean().nullish() }
const toolChoice = z.discriminatedUnion('type', [
  z.object({ type: z.literal('auto'), ...oneAtATime }),
  z.object({ type: z.literal('any'), ...oneAtATime }),
  z.object({ type: z.literal('tool'), name: z.string(), ...oneAtATime }),
  z.object({ type: z.literal('none') }),
])

const display = { display: z.enum(['summarized', 'omitted']).nullish() }
const thinking = z.discriminatedUnion('type', [
  z.object({ type: z.literal('enabled'), budget_tokens: z.int().min(1).optional(), ...display }),
  z.object({ type: z.literal('adaptive'), ...display }),
  z.object({ type: z.literal('between_tools') }),
  z.object({ type: z.literal('disabled') }),
])

const said = {
  model: z.string().min(1).max(200),
  messages: z.array(turn).min(1),
  system: systemBlocks.nullish(),
  tools: z.array(tool).max(128).nullish(),
  tool_choice: toolChoice.nullish(),
  thinking: thinking.nullish(),
}

/**
 * What Anthropic's clients may say. Fields that change nothing here (`metadata`, `service_tier`, `cache_control`, `speed`,
 * `effort` ...) are let through; those whose effect would be missed are refused.
 */
export const messageWish = z.object({
  ...said,
  max_tokens: sampling.max_tokens.unwrap(),
  stop_sequences: sampling.stop,
  temperature: sampling.temperature,
  top_p: sampling.top_p,
  top_k: sampling.top_k,
  output_config: z
    .object({ format: z.object({ type: z.literal('json_schema'), schema: jsonSchema }).nullish() })
    .nullish(),
  stream: z.boolean().default(false),
  container: z.null('there are no containers here').optional(),
  mcp_servers: z.array(z.unknown()).max(0, 'MCP servers are not asked from here').nullish(),
})
export type MessageWish = z.output<typeof messageWish>

/** The same without an answer to come: for counting. */
export const countWish = z.object(said)
export type CountWish = z.output<typeof countWish>

/** Faults of a request that are told at once. */
const told = 5

/** The version that takes less than the one before it. Clients that name none speak the older. */
const narrow = '2026-10-21'

/**
 * Reads the body of a request.
 * @param version the request's `anthropic-version`.
 * @throws AppError `invalid-input`.
 */
export function readWish<T extends CountWish>(wish: z.ZodType<T>, body: unknown, version: string | undefined): T {
  const parsed = wish.safeParse(body)
  if (!parsed.success) {
    const { path, text } = fieldProblem(parsed.error, 'body', told)
    throw new AppError('invalid-input', text, { path, cause: parsed.error })
  }
  requireKnownChoice(parsed.data)
  if (version !== undefined && version >= narrow) requireNarrow(parsed.data)
  return parsed.data
}

function requireKnownChoice({ tools, tool_choice: choice }: CountWish): void {
  if (choice?.type !== 'any' && choice?.type !== 'tool') return
  const names = (tools ?? []).map(({ name }) => name)
  if (choice.type === 'any' ? names.length > 0 : names.includes(choice.name)) return
  const path = choice.type === 'any' ? ['tools'] : ['tool_choice', 'name']
  throw new AppError('invalid-input', `${path.join('.')}: the tool that has to be called is not among the tools`, {
    path,
    hint: names.length === 0 ? 'Give tools, or leave tool_choice out.' : `There are ${names.join(', ')}.`,
  })
}

/** What the newer version refuses, even where it would change nothing. */
function requireNarrow(wish: CountWish & Partial<Pick<MessageWish, 'temperature' | 'top_p' | 'top_k'>>): void {
  for (const name of ['temperature', 'top_p', 'top_k'] as const) {
    if (wish[name] !== undefined) throw retired([name], 'this field is not taken', 'Leave it out')
  }
  wish.messages.forEach(({ role, content }, index) => {
    content.forEach((block, at) => {
      const path = ['messages', index, 'content', at]
      if (role === 'assistant' && block.type === 'document') {
        throw retired(path, 'documents are not taken in turns of the assistant', 'Send it in a turn of the user')
      }
      if (role === 'user' && block.type === 'text' && (block.citations ?? []).length > 0) {
        throw retired([...path, 'citations'], 'citations are not taken on text of the user', 'Leave them out')
      }
    })
  })
}

function retired(path: (string | number)[], message: string, remedy: string): AppError {
  return new AppError('invalid-input', `${path.join('.')}: ${message} with anthropic-version ${narrow}`, {
    path,
    hint: `${remedy}, or send anthropic-version 2023-06-01.`,
  })
}
