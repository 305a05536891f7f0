import { AppError } from '@hearth/contract'
import type { Message, MessagePart } from '@hearth/language/message-fields'
import { createOpenCalls, type OpenCalls } from '../open-calls.ts'
import { notServed } from './google-json.ts'
import type { Content, FunctionResponse, Part } from './wire.ts'

type Path = (string | number)[]
type ToolResult = Extract<MessagePart, { type: 'tool_result' }>

/** What is known in a part, besides what is said of it. */
const kinds = ['text', 'inlineData', 'fileData', 'functionCall', 'functionResponse'] as const
const beside = ['thought', 'thoughtSignature', 'videoMetadata', 'mediaResolution', 'partMetadata']

/**
 * A conversation in our messages. Google's clients need not name their calls: a result without a name belongs to the
 * first call of its function that has none yet.
 * @throws AppError `invalid-input` for parts of a kind that no model here takes, and results of calls that nobody made.
 */
export function readContents(contents: readonly Content[]): Message[] {
  const calls = createOpenCalls()
  return contents.flatMap(({ role, parts = [] }, index) => {
    const path = ['contents', index, 'parts']
    if (role === 'model') {
      return [{ role: 'assistant', content: parts.map((part, at) => answerPart(part, [...path, at], calls)) }]
    }
    return turn(parts.map((part, at) => questionPart(part, [...path, at], calls)))
  })
}

/** What the model is told of its role. @throws AppError for anything but text. */
export function readSystem(content: Content | undefined): Message[] {
  if (content?.parts === undefined) return []
  const parts = content.parts.map((part, at): MessagePart => {
    requireKnown(part, ['systemInstruction', 'parts', at])
    if (part.text === undefined) return notServed(['systemInstruction', 'parts', at], 'Only text is taken there.')
    return { type: 'text', text: part.text }
  })
  return [{ role: 'system', content: parts }]
}

/** Results of tools are messages of their own; the order stays. */
function turn(parts: readonly MessagePart[]): Message[] {
  const messages: Message[] = []
  for (const part of parts) {
    const role = part.type === 'tool_result' ? 'tool' : 'user'
    const last = messages.at(-1)
    if (last?.role === role) last.content.push(part)
    else messages.push({ role, content: [part] })
  }
  return messages
}

function answerPart(part: Part, path: Path, calls: OpenCalls): MessagePart {
  requireKnown(part, path)
  const { text, thought, thoughtSignature, functionCall } = part
  if (functionCall) {
    const { id, name, args } = functionCall
    return { type: 'tool_call', id: calls.add({ id, name }), name, arguments: JSON.stringify(args) }
  }
  if (thought === true) {
    const signature = thoughtSignature === undefined ? {} : { signature: thoughtSignature }
    return { type: 'reasoning', text: text ?? '', ...signature }
  }
  return saidPart(part, path)
}

function questionPart(part: Part, path: Path, calls: OpenCalls): MessagePart {
  requireKnown(part, path)
  const { functionResponse } = part
  if (!functionResponse) return saidPart(part, path)
  const at = [...path, 'functionResponse']
  return {
    type: 'tool_result',
    tool_call_id: calls.answer(functionResponse) ?? nobodyCalled(functionResponse.name, at),
    content: resultContent(functionResponse, at),
    is_error: 'error' in functionResponse.response && !('output' in functionResponse.response),
  }
}

function nobodyCalled(name: string, path: Path): never {
  throw new AppError('invalid-input', `${path.join('.')}: nobody has called ${name.slice(0, 100)}`, {
    path,
    hint: 'Send the functionCall of the model before the functionResponse to it.',
  })
}

/** Google's own words for a result are `output` and `error`; anything else is the result as a whole. */
function resultContent({ response, parts = [] }: FunctionResponse, path: Path): ToolResult['content'] {
  const names = Object.keys(response)
  const only = names.length === 1 && (names[0] === 'output' || names[0] === 'error') ? response[names[0]] : response
  const text = typeof only === 'string' ? only : JSON.stringify(only)
  const media = parts.map((part, at) => {
    const given = mediaPart(part, [...path, 'parts', at])
    return given.type === 'audio' ? notServed([...path, 'parts', at], 'Results hold text and pictures.') : given
  })
  return [{ type: 'text', text }, ...media]
}

function saidPart(part: Part, path: Path): MessagePart {
  if (part.text !== undefined) return { type: 'text', text: part.text }
  if (part.inlineData || part.fileData) return mediaPart(part, path)
  return notServed(path, 'A part holds text, inlineData, fileData, functionCall or functionResponse.')
}

function mediaPart({ inlineData, fileData }: Pick<Part, 'inlineData' | 'fileData'>, path: Path) {
  if (inlineData) {
    const { mimeType, data } = inlineData
    if (mimeType.startsWith('text/')) {
      return { type: 'text' as const, text: Buffer.from(data, 'base64').toString('utf8') }
    }
    return typedPart(mimeType, `data:${mimeType};base64,${data}`, [...path, 'inlineData'])
  }
  if (fileData && !/^(https?|data|upload|output):/i.test(fileData.fileUri)) {
    return notServed([...path, 'fileData'], 'Send the file itself as inlineData, or an https address.')
  }
  return typedPart(fileData?.mimeType ?? 'image/*', fileData?.fileUri ?? '', [...path, 'fileData'])
}

function typedPart(mimeType: string, media: string, path: Path) {
  if (mimeType.startsWith('image/')) return { type: 'image' as const, image: media }
  if (mimeType.startsWith('audio/')) return { type: 'audio' as const, audio: media }
  return notServed([...path, 'mimeType'], `Pictures, sound and text are taken, not ${mimeType.slice(0, 100)}.`)
}

function requireKnown(part: Part, path: Path): void {
  const known: readonly string[] = [...kinds, ...beside]
  const other = Object.keys(part).find(name => !known.includes(name))
  if (other !== undefined && kinds.every(kind => part[kind] === undefined)) notServed([...path, other.slice(0, 100)])
}
