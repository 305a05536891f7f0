import { AppError, type Checkpoint, type FolderView } from '@hearth/contract'
import { z } from 'zod'

/** How the states of all tokens become one vector. */
export type Pooling = 'mean' | 'cls' | 'last' | 'max'

export interface Recipe {
  pooling: Pooling
  /** Vectors are scaled to unit length. */
  normalize: boolean
}

const modulesConfig = z.array(z.looseObject({ path: z.string(), type: z.string() }))
/** Older versions of sentence-transformers write one flag for each mode, newer ones its name. */
const poolingConfig = z.looseObject({ pooling_mode: z.union([z.string(), z.array(z.string())]).optional() })
const known: Readonly<Record<string, Pooling>> = {
  mean: 'mean',
  mean_tokens: 'mean',
  cls: 'cls',
  cls_token: 'cls',
  lasttoken: 'last',
  max: 'max',
  max_tokens: 'max',
}
const entryDefaults = z.looseObject({
  pooling: z.enum(['mean', 'cls', 'last', 'max']).optional(),
  normalize: z.boolean().optional(),
})

/**
 * How a checkpoint makes its vectors. What its own `modules.json` and the pooling file named there say holds; where
 * there are none, its catalogue entry's `defaults.pooling` and `defaults.normalize`; else the mean, at unit length,
 * which is what sentence-transformers does with a bare model.
 * @throws AppError `model-broken` for steps that need weights of their own or are not known.
 */
export async function readRecipe(folder: FolderView, defaults: Checkpoint['defaults']): Promise<Recipe> {
  const modules = modulesConfig.safeParse(await folder.json('modules.json')).data
  const steps = modules?.map(({ type, path }) => ({ name: type.split('.').at(-1) ?? '', path })) ?? []
  const strange = steps.find(({ name }) => !['Transformer', 'Pooling', 'Normalize', 'Dropout'].includes(name))
  if (strange) {
    throw new AppError('model-broken', `modules.json asks for the step ${strange.name}, which is not supported`)
  }
  const place = steps.find(({ name }) => name === 'Pooling')?.path ?? '1_Pooling'
  const own = poolingOf(await folder.json(`${place}/config.json`))
  const entry = entryDefaults.safeParse(defaults).data
  return {
    pooling: own ?? entry?.pooling ?? 'mean',
    normalize: modules ? steps.some(({ name }) => name === 'Normalize') : (entry?.normalize ?? true),
  }
}

function poolingOf(config: unknown): Pooling | undefined {
  if (config === undefined) return undefined
  const parsed = poolingConfig.safeParse(config)
  if (!parsed.success) throw new AppError('model-broken', 'the pooling of this model is not understood')
  const { pooling_mode: mode, ...rest } = parsed.data
  const flags = Object.entries(rest).filter(([name, value]) => name.startsWith('pooling_mode_') && value === true)
  const names = mode === undefined ? flags.map(([name]) => name.slice('pooling_mode_'.length)) : [mode].flat()
  const [name = 'none'] = names
  const pooling = known[name]
  if (pooling && names.length === 1) return pooling
  throw new AppError('model-broken', `the pooling ${names.join(' and ') || name} is not supported`)
}

/** States of the tokens of one row of a batch: `width` of them, of which the first `length` count. */
export interface States {
  data: Float32Array
  row: number
  width: number
  size: number
  length: number
}

/** The vector of one row. */
export function pool({ data, row, width, size, length }: States, pooling: Pooling): Float32Array {
  const at = (token: number) => {
    const start = (row * width + token) * size
    return data.subarray(start, start + size)
  }
  if (pooling === 'cls') return at(0).slice()
  if (pooling === 'last') return at(Math.max(0, length - 1)).slice()
  const vector = new Float32Array(size)
  if (pooling === 'max') vector.fill(Number.NEGATIVE_INFINITY)
  for (let token = 0; token < length; token++) {
    const state = at(token)
    for (let i = 0; i < size; i++) {
      const [value, before] = [state[i] ?? 0, vector[i] ?? 0]
      vector[i] = pooling === 'max' ? Math.max(before, value) : before + value / length
    }
  }
  return vector
}

/** The same direction at length one; a vector of nothing stays one. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return length === 0 ? vector : vector.map(value => value / length)
}
