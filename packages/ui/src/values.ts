import type { Range } from './number-controls.tsx'
import type { FieldSchema, Fields, Json, Values } from './panel.ts'

/** A field's schema without the branch for "absent". */
function plain(field: FieldSchema | undefined): FieldSchema {
  return field?.anyOf?.find(branch => branch.type !== 'null') ?? field ?? {}
}

/** The ends and the step that the spec gives a number. */
export function rangeOf(fields: Fields, name: string): Range {
  const field = plain(fields[name])
  const whole = field.type === 'integer'
  const min =
    field.minimum ?? (field.exclusiveMinimum === undefined ? undefined : field.exclusiveMinimum + (whole ? 1 : 0))
  const max =
    field.maximum ?? (field.exclusiveMaximum === undefined ? undefined : field.exclusiveMaximum - (whole ? 1 : 0))
  const step = field.multipleOf ?? (whole ? 1 : undefined)
  return {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(step === undefined ? {} : { step }),
  }
}

export function optionsOf(fields: Fields, name: string): string[] {
  return (plain(fields[name]).enum ?? []).filter(value => typeof value === 'string')
}

/** Values that untouched fields will have: the model's where it has an opinion, else the spec's. */
export function defaultsOf(fields: Fields, model: { defaults: Record<string, Json> } | null): Values {
  const specs = Object.entries(fields).flatMap(([name, field]) =>
    field.default === undefined ? [] : [[name, field.default]],
  )
  const models = Object.entries(model?.defaults ?? {}).filter(([name]) => name in fields)
  return Object.fromEntries([...specs, ...models])
}

export function numberOf(values: Values, name: string): number | undefined {
  const value = values[name]
  return typeof value === 'number' ? value : undefined
}

export function textOf(values: Values, name: string): string {
  const value = values[name]
  return typeof value === 'string' ? value : ''
}
