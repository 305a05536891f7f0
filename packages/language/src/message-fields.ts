import { mediaInput } from '@hearth/contract'
import { z } from 'zod'

/**
 * One model of messages for every dialect: what OpenAI, Anthropic, Gemini and Ollama can say, in parts that keep their
 * order. Doors translate to it and from it.
 */

const textPart = z.object({ type: z.literal('text'), text: z.string() })
const imagePart = z.object({ type: z.literal('image'), image: mediaInput('image', 'A picture.') })
const audioPart = z.object({ type: z.literal('audio'), audio: mediaInput('audio', 'A sound.') })
const reasoningPart = z.object({
  type: z.literal('reasoning'),
  text: z.string().meta({ description: 'What was thought before answering.' }),
  signature: z.string().optional().meta({ description: 'What the door that sent it wants back.' }),
})
const refusalPart = z.object({ type: z.literal('refusal'), text: z.string() })
const toolCallPart = z.object({
  type: z.literal('tool_call'),
  id: z.string().min(1),
  name: z.string().min(1),
  arguments: z.string().meta({ description: 'JSON, as the model wrote it: not necessarily sound.' }),
})
const toolResultPart = z.object({
  type: z.literal('tool_result'),
  tool_call_id: z.string().min(1),
  content: z.array(z.discriminatedUnion('type', [textPart, imagePart])),
  is_error: z.boolean().default(false),
})

export const messagePart = z.discriminatedUnion('type', [
  textPart,
  imagePart,
  audioPart,
  reasoningPart,
  refusalPart,
  toolCallPart,
  toolResultPart,
])
export type MessagePart = z.infer<typeof messagePart>

export const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  name: z.string().optional().meta({ description: 'Who speaks, among several of one role.' }),
  content: z.array(messagePart),
})
export type Message = z.infer<typeof message>

export const messages = z.array(message).min(1).max(10_000)

/** A function that the model may ask the caller to run. */
export const tool = z.object({
  name: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, 'expected up to 128 letters, digits, dots, colons, underscores or hyphens'),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.json()).default({ type: 'object', properties: {} }).meta({
    description: 'JSON Schema of the arguments.',
  }),
  strict: z.boolean().default(false).meta({ description: 'Arguments keep to the schema.' }),
})
export type Tool = z.infer<typeof tool>

export const tools = z.array(tool).max(128).default([])

export const toolChoice = z
  .union([
    z.enum(['auto', 'none', 'required']),
    z.object({ names: z.array(z.string()).min(1), required: z.boolean() }).meta({
      description: 'Only these tools; one of them must be called if `required`.',
    }),
  ])
  .default('auto')
export type ToolChoice = z.infer<typeof toolChoice>

export const responseFormat = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('text') }),
    z.object({ type: z.literal('json_object') }),
    z.object({
      type: z.literal('json_schema'),
      name: z.string().default('answer'),
      schema: z.record(z.string(), z.json()),
    }),
  ])
  .default({ type: 'text' })
export type ResponseFormat = z.infer<typeof responseFormat>
