import fc from 'fast-check'

/** As much of JSON Schema as zod writes. */
export interface Schema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  minimum?: number
  maximum?: number
  maxLength?: number
  minLength?: number
  format?: string
  default?: unknown
}

/** Texts that have broken somebody's server. */
const nasty = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e',
  '../../etc/passwd',
  '..%2f..%2f',
  '%00',
  'null',
  'NaN',
  '1e309',
  '-0',
  "' or 1=1 --",
  '<script>alert(1)</script>',
  '{{7*7}}',
  'http://169.254.169.254/',
  'data:image/png;base64,',
  'data:image/png;base64,AAAA',
  'data:,x',
  'upload:placeholder',
  'upload:../../../x',
  'output:aaaaaaaa/image-0.png',
  '__proto__',
  'constructor',
  '海边美丽的日落 🌅',
  'x'.repeat(30_000),
]

export const anyText = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 3, arbitrary: fc.constantFrom(...nasty) },
)

const absurd = fc.constantFrom(0, -1, 1e308, -1e308, 2 ** 53, -(2 ** 53), 0.1, 1e-320, 4_294_967_296, 65_536)

/** Anything that JSON can say. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  absurd,
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant({ __proto__: null, constructor: 1 }),
)

/** Values that mostly fit the schema, and now and then do not. */
export function arbitraryOf(schema: Schema | undefined): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 8, arbitrary: fitting(schema ?? {}) }, { weight: 1, arbitrary: anything })
}

function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices && choices.length > 0) return fc.oneof(...choices.map(choice => arbitraryOf(choice)))
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === 'string') return text(schema)
  if (type === 'integer') return fc.oneof(fc.integer(bounds(schema)), absurd)
  if (type === 'number') return fc.oneof(fc.double({ noNaN: true, ...bounds(schema) }), absurd)
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type === 'array') return fc.array(arbitraryOf(schema.items), { maxLength: 4 })
  if (type === 'object') return record(schema)
  return anything
}

function text({ format, maxLength }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc.oneof(
      fc.date({ noInvalidDate: true }).map(date => date.toISOString()),
      anyText,
    )
  const right = fc.string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(maxLength ?? 30, 30) })
  return fc.oneof(right, anyText)
}

function bounds({ minimum, maximum }: Schema): { min: number; max: number } {
  return { min: Math.max(minimum ?? -1000, -(2 ** 31)), max: Math.min(maximum ?? 1000, 2 ** 31 - 1) }
}

function record({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<unknown> {
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, arbitraryOf(value)])),
    {
      requiredKeys: required,
    },
  )
  if (additionalProperties === false || additionalProperties === undefined) {
    return fc.oneof(
      { weight: 9, arbitrary: known },
      { weight: 1, arbitrary: fc.tuple(known, fc.dictionary(anyText, anything)).map(both) },
    )
  }
  const value = typeof additionalProperties === 'object' ? arbitraryOf(additionalProperties) : anything
  return fc
    .tuple(known, fc.dictionary(fc.oneof(anyText, fc.constantFrom('prompt', 'text', 'image')), value, { maxKeys: 4 }))
    .map(both)
}

function both([first, second]: [object, object]): object {
  return { ...first, ...second }
}
