import { defineTask } from '@hearth/contract'
import { z } from 'zod'
import { messages, tools } from '../message-fields.ts'

export const task = defineTask({
  id: 'count-tokens',
  title: 'Count tokens',
  summary: 'Says how many tokens a conversation takes, as this model reads it.',
  capability: 'language',
  lanes: ['live'],
  input: z.object({ messages, tools }),
  output: z.object({ prompt_tokens: z.int() }),
  examples: [],
})
