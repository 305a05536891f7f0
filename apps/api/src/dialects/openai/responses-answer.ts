import type { TokenLogprob, Usage } from '@hearth/language/sampling-fields'
import type { ResponseWish } from './responses-wish.ts'

interface OutputText {
  type: 'output_text'
  text: string
  annotations: []
  logprobs: TokenLogprob[]
}

type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** What a model has written. */
export type OutputItem = { id: string; status: ItemStatus } & (
  | { type: 'message'; role: 'assistant'; content: OutputText[] }
  | { type: 'reasoning'; summary: { type: 'summary_text'; text: string }[] }
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
)

/** How an answer stands. `cancelled`: its client left. */
export interface Outcome {
  status: 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled'
  output: OutputItem[]
  error?: { code: string; message: string }
  usage?: Usage
}

export interface ResponseHead {
  id: string
  /** Seconds since 1970. */
  created: number
}

export type ResponseBody = ReturnType<typeof responseBody>

/** An answer as OpenAI's object `response`: how it stands, and what was wished. */
export function responseBody(wish: ResponseWish, { id, created }: ResponseHead, outcome: Outcome) {
  const { status, output, error, usage } = outcome
  return {
    id,
    object: 'response' as const,
    access_programs: null,
    created_at: created,
    status,
    background: false,
    completed_at: status === 'completed' ? Math.floor(Date.now() / 1000) : null,
    error: error ?? null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' as const } : null,
    instructions: wish.instructions ?? null,
    max_output_tokens: wish.max_output_tokens ?? null,
    max_tool_calls: null,
    metadata: wish.metadata ?? {},
    model: wish.model,
    output,
    parallel_tool_calls: wish.parallel_tool_calls ?? true,
    previous_response_id: wish.previous_response_id ?? null,
    reasoning: { effort: wish.reasoning?.effort ?? null, summary: wish.reasoning?.summary ?? null },
    service_tier: 'default' as const,
    store: wish.store ?? true,
    temperature: wish.temperature ?? null,
    text: { format: wish.text?.format ?? { type: 'text' as const } },
    tool_choice: wish.tool_choice ?? 'auto',
    tools: wish.tools ?? [],
    top_logprobs: wish.top_logprobs ?? 0,
    top_p: wish.top_p ?? null,
    truncation: wish.truncation ?? 'disabled',
    usage: usage === undefined ? null : responseUsage(usage),
    user: null,
  }
}

function responseUsage({ prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens }: Usage) {
  return {
    input_tokens: prompt_tokens,
    input_tokens_details: { cached_tokens, cache_write_tokens: 0 },
    output_tokens: completion_tokens,
    output_tokens_details: { reasoning_tokens },
    total_tokens: prompt_tokens + completion_tokens,
  }
}
