import { randomBytes } from 'node:crypto'

export interface Call {
  id: string
  name: string
  /** JSON, as the model wrote it. */
  arguments: string
}

/** The calls that a model wrote, in any of the formats; undefined for what is none, which is then shown as it is. */
export function readCalls(text: string): Call[] | undefined {
  const parts = text.split('[TOOL_CALLS]').filter(part => part.trim() !== '')
  const calls = parts.flatMap(part => namedCall(part) ?? objectsOf(part).map(readCall))
  return calls.length > 0 && calls.every(call => call !== undefined) ? calls : undefined
}

/** `name[ARGS]{...}` */
function namedCall(text: string): Call | undefined {
  const [, name, json] = /^\s*([\w.:-]+)(?:\[CALL_ID\][\w-]+)?\[ARGS\](.*)$/s.exec(text) ?? []
  if (name === undefined || json === undefined) return undefined
  const given = parsed(json)
  return isObject(given) ? { id: callId(), name, arguments: JSON.stringify(given) } : undefined
}

/** One value, a list of them, or several with semicolons between. */
function objectsOf(text: string): unknown[] {
  const whole = parsed(text)
  if (whole !== undefined) return [whole].flat()
  return topLevelObjects(text).map(parsed)
}

function readCall(call: unknown): Call | undefined {
  if (!isObject(call) || typeof call.name !== 'string') return undefined
  const given = call.arguments ?? call.parameters ?? {}
  return { id: callId(), name: call.name, arguments: typeof given === 'string' ? given : JSON.stringify(given) }
}

/** Objects beside each other; nothing but separators may stand between them. */
function topLevelObjects(text: string): string[] {
  const found: string[] = []
  let [depth, start, quoted] = [0, 0, false]
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? ''
    if (quoted && letter === '\\') at++
    else if (letter === '"') quoted = !quoted
    else if (quoted) continue
    else if (letter === '{' && depth++ === 0) start = at
    else if (letter === '}' && --depth === 0) found.push(text.slice(start, at + 1))
    else if (depth === 0 && !/[\s;,]/.test(letter)) return []
  }
  return depth === 0 ? found : []
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const callId = () => `call_${randomBytes(12).toString('hex')}`
