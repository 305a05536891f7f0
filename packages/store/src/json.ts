/** A value that a jsonb column can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

/**
 * The same value with what jsonb refuses (NUL characters, lone surrogates) replaced by U+FFFD. For texts that come from
 * engines and error messages; a client's input is refused instead, never changed.
 */
export function storable<T>(value: T): T
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\ufffd')
  if (Array.isArray(value)) return value.map(item => storable(item))
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, storable(item)]))
  }
  return value
}
