import Newer from '@anthropic-ai/sdk'
import Older from 'anthropic-sdk-2023'

type Block =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: object }
  | { type: 'tool_result'; tool_use_id: string; content: string }
  | { type: 'image'; source: { type: 'base64'; media_type: 'image/png'; data: string } }

/** What both generations of Anthropic's client can say. */
export interface Question {
  model: string
  messages: { role: 'user' | 'assistant'; content: string | Block[] }[]
  system?: string
  tools?: { name: string; description?: string; input_schema: { type: 'object'; properties: object } }[]
  tool_choice?: { type: 'none' } | { type: 'tool'; name: string; disable_parallel_tool_use?: boolean }
}
export interface Order extends Question {
  max_tokens: number
  stop_sequences?: string[]
  /** The newer client's types have none; it sends one all the same. */
  temperature?: number
  output_config?: { format: { type: 'json_schema'; schema: Record<string, unknown> } }
}
interface Address {
  baseURL: string
  apiKey: string
}

/** Sends the key as `x-api-key`, and version 2023-06-01. */
export function olderClient(address: Address) {
  const client = new Older({ ...address, maxRetries: 0 })
  return {
    errors: Older,
    models: client.models,
    ask: (order: Order) => client.messages.create(order),
    events: (order: Order) => client.messages.create({ ...order, stream: true }),
    stream: (order: Order) => client.messages.stream(order),
    count: (question: Question) => client.messages.countTokens(question),
  }
}

/** Sends the key as a bearer, and version 2026-10-21. */
export function newerClient(address: Address) {
  const client = new Newer({ ...address, maxRetries: 0 })
  return {
    errors: Newer,
    models: client.models,
    ask: (order: Order) => client.messages.create(order),
    events: (order: Order) => client.messages.create({ ...order, stream: true }),
    stream: (order: Order) => client.messages.stream(order),
    count: (question: Question) => client.messages.countTokens(question),
  }
}
