import { defineTask } from '@hearth/contract'
import { z } from 'zod'

export const task = defineTask({
  id: 'rerank',
  title: 'Rerank',
  summary: 'Orders documents by how well they answer a question.',
  capability: 'language',
  lanes: ['live', 'batch'],
  input: z.object({
    query: z.string().min(1),
    documents: z.array(z.string()).min(1).max(2048),
    top_n: z.int().min(1).optional().meta({ description: 'Give the best so many only.' }),
    max_chunks_per_doc: z.int().min(1).max(1024).default(1024).meta({
      description: 'Pieces that a long document is cut into at most; its best piece counts.',
    }),
    overlap_tokens: z.int().min(0).max(80).default(0).meta({ description: 'Tokens that neighbouring pieces share.' }),
  }),
  output: z.object({
    results: z.array(z.object({ index: z.int(), relevance_score: z.number().min(0).max(1) })).meta({
      description: 'Best first.',
    }),
    prompt_tokens: z.int(),
  }),
  examples: [
    {
      title: 'Three answers',
      input: {
        query: 'What is the capital of France?',
        documents: ['Paris is the capital of France.', 'Cats sleep a lot.', 'Berlin is the capital of Germany.'],
        top_n: 2,
      },
    },
  ],
})
