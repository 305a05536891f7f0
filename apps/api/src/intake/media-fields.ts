import type { MediaKind, Task } from '@hearth/contract'
import { z } from 'zod'

const property = z.looseObject({
  media: z.enum(['image', 'audio', 'video']).optional(),
  items: z.looseObject({ media: z.enum(['image', 'audio', 'video']).optional() }).optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
})
const objectSchema = z.looseObject({ properties: z.record(z.string(), property).default({}) })

/** A field of a task's input, as far as doors must know it before it is parsed. */
export interface InputField {
  name: string
  media: MediaKind | undefined
  /** A list of media. */
  many: boolean
  type: string | undefined
}

const known = new WeakMap<Task, InputField[]>()

/** The top-level fields of a task's input, told by its schema. */
export function inputFields(task: Task): InputField[] {
  const before = known.get(task)
  if (before) return before
  const { properties } = objectSchema.parse(z.toJSONSchema(task.input, { io: 'input', unrepresentable: 'any' }))
  const fields = Object.entries(properties).map(([name, { media, items, type }]) => ({
    name,
    media: media ?? items?.media,
    many: media === undefined && items?.media !== undefined,
    type: typeof type === 'string' ? type : undefined,
  }))
  known.set(task, fields)
  return fields
}
