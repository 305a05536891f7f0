import { defineTask } from '@hearth/contract'
import { z } from 'zod'

const score = z.number().min(0).max(1)

export const task = defineTask({
  id: 'moderate',
  title: 'Moderate text',
  summary: 'Tells what is wrong with texts: insults, threats, hatred, whatever the model knows of.',
  capability: 'language',
  lanes: ['live', 'batch'],
  input: z.object({
    input: z.union([z.string(), z.array(z.string()).min(1).max(256)], 'expected a text or 1 to 256 texts').meta({
      description: 'A text, or several; a long one is read in pieces, and the worst of them counts.',
    }),
    threshold: score.default(0.5).meta({ description: 'The score from which on a text is of a category.' }),
  }),
  output: z.object({
    results: z
      .array(
        z.object({
          flagged: z.boolean().meta({ description: 'Whether it is of any category.' }),
          categories: z.record(z.string(), z.boolean()).meta({
            description: "The model's own categories; those that say that nothing is wrong are left out.",
          }),
          scores: z.record(z.string(), score).meta({ description: 'Of all labels of the model.' }),
        }),
      )
      .meta({ description: 'One for each text, in their order.' }),
    prompt_tokens: z.int(),
  }),
  examples: [
    { title: 'One text', input: { input: 'Have a nice day!' } },
    { title: 'Two texts, strictly', input: { input: ['Have a nice day!', 'Nobody likes you.'], threshold: 0.2 } },
  ],
})
