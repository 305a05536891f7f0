import { expect, test } from 'vitest'
import { z } from 'zod'
import { message, tool } from '../../message-fields.ts'
import { openChatTemplate } from './chat-template.ts'
import golden from './golden/chat-templates.json' with { type: 'json' }

const cases = z
  .array(
    z.object({
      template: z.string(),
      conversation: z.object({
        messages: z.array(message),
        tools: z.array(tool).optional(),
        reasoning: z.boolean().optional(),
      }),
      text: z.string(),
    }),
  )
  .parse(golden)

test('thirty conversations are rendered as by transformers, letter by letter', () => {
  expect(cases).toHaveLength(30)
  for (const { template, conversation, text } of cases) {
    const { messages, ...options } = conversation
    const { render } = openChatTemplate(template, { bos: '<s>', eos: '</s>' })
    expect(render(messages, options)).toBe(text)
  }
})

test('what a template refuses is told as it says it', () => {
  const { render } = openChatTemplate("{{ raise_exception('roles must alternate') }}", { bos: '', eos: '' })
  expect(() => render([{ role: 'user', content: [] }], {})).toThrow(/roles must alternate/)
})

test('a file without a template is spoken to in ChatML', () => {
  const { render } = openChatTemplate(undefined, { bos: '', eos: '' })
  const text = render([{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }], {})
  expect(text).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n')
})
