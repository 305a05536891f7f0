import { defineTask } from '@hearth/contract'
import { z } from 'zod'
import { messagePart, messages, responseFormat, toolChoice, tools } from '../message-fields.ts'
import { ending, sampling, tokenLogprob, usage } from '../sampling-fields.ts'

const index = z.int().meta({ description: 'Which of the n answers this is of.' })
const logprobs = z.array(tokenLogprob).optional()

/** A piece of an answer as it is written. */
export const chunk = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), prompt_tokens: z.int(), cached_tokens: z.int() }),
  z.object({ type: z.literal('text'), index, text: z.string(), logprobs }),
  z.object({ type: z.literal('reasoning'), index, text: z.string() }),
  z.object({
    type: z.literal('tool_call'),
    index,
    call: z.int().meta({ description: 'Which call of the answer, from 0.' }),
    id: z.string().optional().meta({ description: 'With the first piece of a call, as the name.' }),
    name: z.string().optional(),
    arguments: z.string().meta({ description: 'The next piece of JSON.' }),
  }),
  z.object({ type: z.literal('finish'), index, ...ending }),
])
export type Chunk = z.infer<typeof chunk>

export const task = defineTask({
  id: 'chat',
  title: 'Chat',
  summary: 'Answers a conversation, with tools and structured output.',
  capability: 'language',
  lanes: ['live', 'batch'],
  input: z.object({
    messages,
    tools,
    tool_choice: toolChoice,
    parallel_tool_calls: z.boolean().default(true).meta({ description: 'More than one call in an answer.' }),
    response_format: responseFormat,
    reasoning: z.boolean().optional().meta({ description: 'Whether to think first, where the model can choose.' }),
    truncation: z.enum(['refuse', 'oldest']).default('refuse').meta({
      description: 'What becomes of a conversation that is too long: an error, or its oldest turns are left out.',
    }),
    ...sampling,
  }),
  output: z.object({
    choices: z.array(z.object({ index, content: z.array(messagePart), ...ending, logprobs })),
    usage,
    omitted_messages: z.int().meta({ description: 'Oldest messages that had to be left out.' }),
  }),
  chunk,
  examples: [
    {
      title: 'A question',
      input: {
        messages: [{ role: 'user', content: [{ type: 'text', text: 'What is the capital of France?' }] }],
        temperature: 0,
        max_tokens: 32,
      },
    },
  ],
})
