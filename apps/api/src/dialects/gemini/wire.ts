import { z } from 'zod'
import { fields, listOf, looseFields } from './google-json.ts'

/** Requests of Google's Generative Language API, as far as they are understood here. */

const free = z.record(z.string(), z.json())

const blob = fields({ mimeType: z.string().min(1), data: z.string() })
const fileData = fields({ mimeType: z.string().optional(), fileUri: z.string().min(1) })
const functionResponse = fields({
  id: z.string().optional(),
  name: z.string().min(1),
  response: free.default({}),
  parts: listOf(fields({ inlineData: blob.optional(), fileData: fileData.optional() })),
})

export const part = looseFields({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  inlineData: blob.optional(),
  fileData: fileData.optional(),
  functionCall: fields({ id: z.string().optional(), name: z.string().min(1), args: free.default({}) }).optional(),
  functionResponse: functionResponse.optional(),
})
export type Part = z.output<typeof part>
export type FunctionResponse = z.output<typeof functionResponse>

export const content = fields({ role: z.string().optional(), parts: listOf(part) })
export type Content = z.output<typeof content>

const functionDeclaration = fields({
  name: z.string(),
  description: z.string().optional(),
  parameters: free.optional(),
  parametersJsonSchema: free.optional(),
})
export type FunctionDeclaration = z.output<typeof functionDeclaration>

/** Anything but functions is a service of Google's. */
const tool = looseFields({ functionDeclarations: listOf(functionDeclaration) })

const thinkingConfig = fields({
  includeThoughts: z.boolean().optional(),
  thinkingBudget: z.int().optional(),
  thinkingLevel: z.string().optional(),
})

const generationConfig = fields({
  temperature: z.number().optional(),
  topP: z.number().optional(),
  topK: z.number().optional(),
  candidateCount: z.int().optional(),
  maxOutputTokens: z.int().optional(),
  stopSequences: listOf(z.string()),
  responseMimeType: z.string().optional(),
  responseSchema: free.optional(),
  responseJsonSchema: free.optional(),
  responseModalities: listOf(z.string()),
  seed: z.int().optional(),
  presencePenalty: z.number().optional(),
  frequencyPenalty: z.number().optional(),
  responseLogprobs: z.boolean().optional(),
  logprobs: z.int().optional(),
  thinkingConfig: thinkingConfig.optional(),
})
export type GenerationConfig = z.output<typeof generationConfig>

const functionCallingConfig = fields({
  mode: z.string().optional(),
  allowedFunctionNames: listOf(z.string()),
})
export type FunctionCallingConfig = z.output<typeof functionCallingConfig>

const asked = {
  systemInstruction: content.optional(),
  tools: listOf(tool),
}
const contents = z.preprocess(
  given => (Array.isArray(given) || given === undefined ? given : [given]),
  z.array(content).min(1),
)

export const generateRequest = fields({
  contents,
  ...asked,
  toolConfig: fields({ functionCallingConfig: functionCallingConfig.optional() }).optional(),
  generationConfig: generationConfig.optional(),
  cachedContent: z.string().optional(),
})
export type GenerateRequest = z.output<typeof generateRequest>

export const countRequest = fields({ contents, ...asked })
/** A whole request that is not to be made may stand in place of its contents. */
export const countWrapper = fields({ generateContentRequest: z.unknown().optional() })

export const embedRequest = fields({
  content,
  outputDimensionality: z.int().min(1).optional(),
  autoTruncate: z.boolean().optional(),
})
export type EmbedRequest = z.output<typeof embedRequest>

export const embedBatch = fields({ requests: z.array(embedRequest).min(1).max(2048) })
