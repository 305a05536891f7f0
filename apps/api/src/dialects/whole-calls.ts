import type { Chunk } from '@hearth/language/chat/spec'

/** A call of a tool, written to its end. */
export interface WholeCall {
  id: string
  name: string
  /** As the model wrote it. */
  arguments: string
}

/** Puts calls together for dialects whose clients take them as a whole. */
export interface CallCollector {
  add(piece: Extract<Chunk, { type: 'tool_call' }>): void
  /** The calls of one of the answers, in their order; they are forgotten here. */
  take(index: number): WholeCall[]
}

export function createCallCollector(): CallCollector {
  const calls = new Map<number, Map<number, WholeCall>>()
  return {
    add({ index, call, id = '', name = '', arguments: json }) {
      const open = calls.get(index) ?? new Map<number, WholeCall>()
      const begun = open.get(call) ?? { id, name, arguments: '' }
      open.set(call, { ...begun, arguments: begun.arguments + json })
      calls.set(index, open)
    },
    take(index) {
      const whole = [...(calls.get(index)?.values() ?? [])]
      calls.delete(index)
      return whole
    },
  }
}

/** The arguments of a call; undefined where what the model wrote is no JSON object. */
export function argumentsOf(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined
  } catch {
    // Models may write anything: the dialect tells its client in its own way.
    return undefined
  }
}
