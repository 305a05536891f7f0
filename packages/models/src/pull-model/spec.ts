import { defineTask } from '@hearth/contract'
import { z } from 'zod'

export const task = defineTask({
  id: 'pull-model',
  title: 'Pull a model',
  summary:
    'Fetches a model of the catalogue, checks every file and puts it in place. Continues where it was interrupted.',
  capability: 'system',
  lanes: ['batch'],
  input: z.object({
    model: z.string().min(1).max(200).meta({ description: 'Id or alias of a model in the catalogue.' }),
    accept_licence: z
      .boolean()
      .default(false)
      .meta({ description: 'You have read the licence of the model and accept it. Needed for some models.' }),
  }),
  output: z.object({
    model: z.string(),
    bytes: z.int().nonnegative().meta({ description: 'Size on disk.' }),
    digest: z.string().meta({ description: 'sha256 over the sorted lines "<sha256 of the file>  <path>".' }),
    seconds: z.number().nonnegative(),
  }),
  examples: [{ title: 'An open model', input: { model: 'starter' } }],
})
