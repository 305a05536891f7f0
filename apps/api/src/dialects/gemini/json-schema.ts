import type { z } from 'zod'
import { camelName } from './google-json.ts'

type Json = z.core.util.JSONType
type JsonObject = Record<string, Json>

const counts = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']
/** A schema each. */
const one = ['items', 'additionalProperties', 'not']
/** A list of schemas. */
const many = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
/** Schemas by name. */
const named = ['properties', '$defs', 'defs', 'definitions']
/** Of Google's own; `propertyOrdering` is kept by the order itself. */
const left = ['nullable', 'propertyOrdering', 'example']

/**
 * A schema as Google writes it (types in capitals, `nullable`, numbers of things as text) as JSON Schema. What is
 * JSON Schema already stays as it is.
 */
export function toJsonSchema(google: JsonObject): JsonObject {
  const given = new Map(Object.entries(google).map(([name, value]) => [camelName(name), value]))
  const schema: JsonObject = {}
  for (const [name, value] of given) {
    if (left.includes(name)) continue
    if (name === 'type') Object.assign(schema, typeOf(value))
    else if (name === 'format') Object.assign(schema, formatOf(value, given.get('type')))
    else if (name === 'enum') schema.enum = enumOf(value, given.get('type'))
    else if (counts.includes(name)) schema[name] = Number(value)
    else if (one.includes(name)) schema[name] = converted(value)
    else if (many.includes(name) && Array.isArray(value)) schema[name] = value.map(converted)
    else if (named.includes(name) && isObject(value)) {
      const order = name === 'properties' ? given.get('propertyOrdering') : undefined
      schema[name] = Object.fromEntries(ordered(value, order).map(([key, item]) => [key, converted(item)]))
    } else schema[name] = value
  }
  return given.get('nullable') === true ? orNull(schema) : schema
}

function typeOf(type: Json): JsonObject {
  if (typeof type !== 'string') return { type }
  const lower = type.toLowerCase()
  return lower === 'type_unspecified' ? {} : { type: lower }
}

/** Google's formats of numbers say how they are stored, and `enum` nothing. */
function formatOf(format: Json, type: Json | undefined): JsonObject {
  const text = typeof type === 'string' && type.toLowerCase() === 'string'
  return text && format !== 'enum' ? { format } : {}
}

/** Google's lists hold text even for numbers. */
function enumOf(values: Json, type: Json | undefined): Json {
  const numbers = typeof type === 'string' && /^(integer|number)$/i.test(type)
  return numbers && Array.isArray(values) ? values.map(Number) : values
}

function converted(value: Json): Json {
  return isObject(value) ? toJsonSchema(value) : value
}

function ordered(properties: JsonObject, order: Json | undefined): [string, Json][] {
  const names = Array.isArray(order) ? order : []
  const place = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length)
  return Object.entries(properties).sort(([a], [b]) => place(a) - place(b))
}

function orNull(schema: JsonObject): JsonObject {
  if (Array.isArray(schema.anyOf)) return { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] }
  if (typeof schema.type !== 'string') return schema
  const withNull: JsonObject = { ...schema, type: [schema.type, 'null'] }
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) withNull.enum = [...schema.enum, null]
  return withNull
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
