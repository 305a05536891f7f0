import { AppError } from '@hearth/contract'
import type { LlamaGrammar } from 'node-llama-cpp'
import type { ResponseFormat, Tool } from '../../message-fields.ts'
import type { CallFormat } from './call-format.ts'
import type { Loaded } from './library.ts'

type JsonSchema = Record<string, unknown>

/** The grammar that an answer of this format keeps to; undefined for plain text. */
export async function answerGrammar(loaded: Loaded, format: ResponseFormat): Promise<LlamaGrammar | undefined> {
  if (format.type === 'text') return undefined
  if (format.type === 'json_object') return loaded.library.LlamaGrammar.getFor(loaded.llama, 'json')
  return grammarOf(loaded, rulesOf(loaded, format.schema, ['response_format', 'schema']))
}

/** The grammar of one call, or of several, of these tools. */
export function callGrammar(
  loaded: Loaded,
  tools: readonly Tool[],
  { format, several }: { format: CallFormat; several: boolean },
): LlamaGrammar {
  const calls = tools.map(({ name, parameters }) => ({
    type: 'object',
    properties: { name: { const: name }, [format.field]: parameters },
    required: ['name', format.field],
  }))
  const [only] = calls
  const schema = calls.length === 1 && only ? only : { oneOf: calls }
  const rules = rulesOf(loaded, schema, ['tools']).replace(/^root ::=/m, 'call ::=')
  const [before, between, after] = format.frame.map(text => JSON.stringify(text))
  return grammarOf(loaded, `root ::= ${before} call ${several ? `(${between} call)*` : ''} ${after}\n${rules}`)
}

function grammarOf({ library, llama }: Loaded, grammar: string): LlamaGrammar {
  return new library.LlamaGrammar(llama, { grammar })
}

/** node-llama-cpp lets every grammar end in lines that say that it has ended; here the end is the model's own. */
const endMark = / "\\n\\n\\n\\n" \[\\n\]\*$/m

/** @throws AppError `invalid-input` for what is no JSON Schema. */
function rulesOf({ library, llama }: Loaded, schema: JsonSchema, path: string[]): string {
  try {
    const { grammar } = new library.LlamaJsonSchemaGrammar(llama, withDefinitions(schema) as { type: 'object' })
    if (!endMark.test(grammar)) throw new Error('the rules have another form than expected')
    return grammar.replace(endMark, '')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('invalid-input', `this JSON Schema cannot be kept to: ${reason}`, { path, cause })
  }
}

function withDefinitions({ $defs, definitions, ...schema }: JsonSchema): unknown {
  const named = { ...asObject(definitions), ...asObject($defs) }
  const rest = asGbnf(schema, named)
  if (Object.keys(named).length === 0) return rest
  return { ...asObject(rest), $defs: asGbnf(named, named) }
}

const asObject = (value: unknown): JsonSchema => (typeof value === 'object' && value !== null ? { ...value } : {})

/**
 * A schema in the words that the grammar knows: it has one word for all kinds of choice. What limits numbers and texts
 * further (`minimum`, `pattern` ...) it does not know; such values are told apart by whoever reads the answer.
 * @throws Error for a reference that leads nowhere: anything would be let through there.
 */
function asGbnf(schema: unknown, definitions: JsonSchema): unknown {
  if (Array.isArray(schema)) return schema.map(part => asGbnf(part, definitions))
  if (typeof schema !== 'object' || schema === null) return schema
  const { anyOf, $ref, ...rest } = schema as { anyOf?: unknown; $ref?: unknown } & JsonSchema
  const reference = typeof $ref === 'string' ? { $ref: knownReference($ref, definitions) } : {}
  const known = { ...rest, ...reference, ...(anyOf === undefined || 'oneOf' in rest ? {} : { oneOf: anyOf }) }
  return Object.fromEntries(
    Object.entries(known).map(([key, value]) => [key, key === 'enum' ? value : asGbnf(value, definitions)]),
  )
}

function knownReference(reference: string, definitions: JsonSchema): string {
  const [, name = ''] = /^#\/(?:\$defs|definitions)\/(.+)$/.exec(reference) ?? []
  if (name in definitions) return `#/$defs/${name}`
  throw new Error(`${reference} leads nowhere`)
}
