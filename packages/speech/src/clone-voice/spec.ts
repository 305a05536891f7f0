import { defineTask, mediaInput } from '@hearth/contract'
import { z } from 'zod'
import { speech, speechChunk, spokenInput } from '../spoken-fields.ts'

const { text, ...manner } = spokenInput

export const task = defineTask({
  id: 'clone-voice',
  title: 'Speak with a voice of one’s own',
  summary: 'Reads a text aloud with the voice of a recording.',
  capability: 'speak',
  lanes: ['live', 'batch'],
  input: z.object({
    text,
    reference: mediaInput('audio', 'The voice: 1 to 30 s in which one person speaks, without music or noise.'),
    reference_text: z
      .string()
      .max(2000)
      .refine(given => /[\p{L}\p{N}]/u.test(given), { message: 'expected what is said in the recording' })
      .meta({ description: 'What is said in the recording, word for word.' }),
    consent: z
      .literal(true, { error: 'expected true: the speaker has to agree before their voice may be used' })
      .meta({ description: 'The person whose voice it is agreed to its being used for this.' }),
    ...manner,
  }),
  output: speech,
  chunk: speechChunk,
  examples: [
    {
      title: 'A sentence',
      input: {
        text: 'This is what I sound like.',
        reference: 'upload:example-recording',
        reference_text: 'Good morning. It is time for tea.',
        consent: true,
      },
    },
  ],
})
