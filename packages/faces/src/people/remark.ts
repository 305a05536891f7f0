import { z } from 'zod'

/** Something about a picture: why it was refused, or what speaks against it. */
export const remark = z.object({
  code: z.enum([
    'no-face',
    'many-faces',
    'too-small',
    'blurred',
    'too-dark',
    'too-bright',
    'turned',
    'tilted',
    'not-live',
    'unreadable',
  ]),
  message: z.string(),
  hint: z.string(),
})
export type Remark = z.infer<typeof remark>
