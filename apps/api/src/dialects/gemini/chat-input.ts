import { AppError } from '@hearth/contract'
import type { Message } from '@hearth/language/message-fields'
import type { ChatInput } from '../run-chat.ts'
import { notServed } from './google-json.ts'
import { toJsonSchema } from './json-schema.ts'
import { readContents, readSystem } from './read-contents.ts'
import type { FunctionCallingConfig, FunctionDeclaration, GenerateRequest, GenerationConfig } from './wire.ts'

type Asked = Pick<GenerateRequest, 'contents' | 'systemInstruction' | 'tools'>
type Tools = NonNullable<ChatInput['tools']>

/** What is asked of the model, in the words of our task. @throws AppError `invalid-input`. */
export function chatInput(request: GenerateRequest): Omit<ChatInput, 'messages'> & { messages: Message[] } {
  const { toolConfig, generationConfig = {}, cachedContent } = request
  if (cachedContent !== undefined) notServed(['cachedContent'], 'Send the contents with each request.')
  const { messages, tools } = countInput(request)
  return {
    messages,
    ...toolUse(tools, toolConfig?.functionCallingConfig),
    ...sampling(generationConfig),
    response_format: responseFormat(generationConfig),
    ...reasoning(generationConfig.thinkingConfig),
  }
}

/** The part of it whose tokens are counted. */
export function countInput({ systemInstruction, contents, tools }: Asked) {
  return { messages: [...readSystem(systemInstruction), ...readContents(contents)], tools: readTools(tools) }
}

function readTools(tools: GenerateRequest['tools'] = []): Tools {
  return tools.flatMap(({ functionDeclarations = [], ...others }, index) => {
    const [other] = Object.keys(others)
    if (other !== undefined) notServed(['tools', index, other.slice(0, 100)], 'Only functionDeclarations are.')
    return functionDeclarations.map(readFunction)
  })
}

function readFunction({ name, description, parameters, parametersJsonSchema }: FunctionDeclaration): Tools[number] {
  const schema = parametersJsonSchema ?? (parameters && toJsonSchema(parameters))
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined ? {} : { parameters: schema }),
  }
}

/** Modes: AUTO as the model likes, ANY one of them for certain, NONE, VALIDATED as it likes but true to the schema. */
function toolUse(tools: Tools, config: FunctionCallingConfig = {}): Pick<ChatInput, 'tools' | 'tool_choice'> {
  const { mode = 'AUTO', allowedFunctionNames: names = [] } = config
  const path = ['toolConfig', 'functionCallingConfig']
  const unknown = names.find(name => !tools.some(tool => tool.name === name))
  if (unknown !== undefined) {
    throw new AppError('invalid-input', `allowedFunctionNames: ${unknown.slice(0, 100)} is not declared`, {
      path: [...path, 'allowedFunctionNames'],
    })
  }
  const some = (required: boolean, all: 'auto' | 'required') => (names.length > 0 ? { names, required } : all)
  switch (mode.toUpperCase()) {
    case 'MODE_UNSPECIFIED':
    case 'AUTO':
      return { tools, tool_choice: some(false, 'auto') }
    case 'VALIDATED':
      return { tools: tools.map(tool => ({ ...tool, strict: true })), tool_choice: some(false, 'auto') }
    case 'NONE':
      return { tools, tool_choice: 'none' }
    case 'ANY':
      if (tools.length > 0) return { tools, tool_choice: some(true, 'required') }
      throw new AppError('invalid-input', 'mode: ANY needs functionDeclarations', { path: [...path, 'mode'] })
    default:
      throw new AppError('invalid-input', 'mode: expected AUTO, ANY, NONE or VALIDATED', { path: [...path, 'mode'] })
  }
}

function sampling(config: GenerationConfig): Partial<Omit<ChatInput, 'messages'>> {
  const { seed, responseLogprobs, logprobs = 0 } = config
  return given({
    temperature: config.temperature,
    top_p: config.topP,
    top_k: config.topK,
    n: config.candidateCount,
    // 0 is Google's way of not saying.
    max_tokens: config.maxOutputTokens || undefined,
    stop: config.stopSequences,
    presence_penalty: config.presencePenalty,
    frequency_penalty: config.frequencyPenalty,
    // Google's seeds have a sign, ours do not.
    seed: seed === undefined ? undefined : seed >>> 0,
    top_logprobs: responseLogprobs === true ? logprobs : undefined,
  })
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function given<T extends object>(fields: T): Partial<Given<T>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Given<T>>
}

function responseFormat(config: GenerationConfig): ChatInput['response_format'] {
  const { responseMimeType: mime, responseSchema, responseJsonSchema, responseModalities = [] } = config
  const other = responseModalities.findIndex(modality => !/^(text|modality_unspecified)$/i.test(modality))
  if (other >= 0) notServed(['generationConfig', 'responseModalities', other], 'Answers are text.')
  const schema = responseJsonSchema ?? (responseSchema && toJsonSchema(responseSchema))
  if (mime === undefined || mime === 'application/json') {
    if (schema) return { type: 'json_schema', schema }
    return { type: mime === undefined ? 'text' : 'json_object' }
  }
  if (mime === 'text/plain' && !schema) return { type: 'text' }
  return notServed(
    ['generationConfig', 'responseMimeType'],
    'There are text/plain and, also with a schema, application/json.',
  )
}

/** A budget of nothing is not thinking; one that is left to the model is left to it. */
function reasoning({ thinkingBudget, thinkingLevel, includeThoughts }: GenerationConfig['thinkingConfig'] = {}) {
  if (thinkingBudget === 0 || thinkingLevel?.toUpperCase() === 'MINIMAL') return { reasoning: false }
  const wanted = (thinkingBudget ?? -1) > 0 || thinkingLevel !== undefined || includeThoughts === true
  return wanted ? { reasoning: true } : {}
}
