import { defineTask } from '@hearth/contract'
import { z } from 'zod'

export const task = defineTask({
  id: 'embed-text',
  title: 'Embed text',
  summary: 'Turns texts into vectors in which likeness is nearness.',
  capability: 'language',
  lanes: ['live', 'batch'],
  input: z.object({
    texts: z.array(z.string()).min(1).max(2048).meta({
      description: 'As the model wants them: some were trained with words like "query: " before a question.',
    }),
    dimensions: z.int().min(1).optional().meta({
      description:
        'Numbers of a vector, where the model allows to cut it: the first ones, scaled to unit length again.',
    }),
    truncate: z.boolean().default(false).meta({
      description: 'Leave out the end of texts that are too long for the model, instead of an error.',
    }),
  }),
  output: z.object({
    embeddings: z.array(z.array(z.number())),
    dimensions: z.int(),
    prompt_tokens: z.int(),
    truncated: z.array(z.int()).meta({ description: 'Numbers of the texts whose end was left out.' }),
  }),
  examples: [
    { title: 'Two sentences', input: { texts: ['A cat sleeps in the sun.', 'A kitten naps on a warm wall.'] } },
    { title: 'Cut to what the model reads', input: { texts: ['A very long text.'], truncate: true } },
  ],
})
