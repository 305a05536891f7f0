import { execute, type Model } from '@hearth/contract'
import { fakeContext } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { task } from '../../chat/spec.ts'
import { chat } from './chat.ts'
import { openChatTemplate } from './chat-template.ts'
import { type Loaded, loadModel } from './library.ts'
import { createSeats, type Seats } from './seats.ts'
import { starterChat } from './starter-under-test.ts'

const door = { type: 'object', properties: { name: { type: 'string', maxLength: 12 } }, required: ['name'] }
const tools = [
  { name: 'open_door', description: 'Opens a door.', parameters: door },
  { name: 'close_door', description: 'Closes a door.', parameters: door },
]
const input = {
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Open the door called front.' }] }],
  tools,
  temperature: 0,
  max_tokens: 120,
}

/** ChatML that speaks of tools and names the marks of another format. */
const speaking = (mark: string) =>
  `{% if tools %}<|im_start|>system\n{{ tools | tojson }} ${mark}<|im_end|>\n{% endif %}` +
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}" +
  "{{ '<|im_start|>assistant\\n' }}"

describe('a call that must be made is written and read', () => {
  let loaded: Loaded
  let seats: Seats
  beforeAll(async () => {
    loaded = await loadModel(await starterChat(), { device: 'cpu', deviceIndex: 0, threads: 1 })
    seats = createSeats(loaded.context)
  }, 240_000)
  afterAll(() => loaded.llama.dispose())

  it.each([
    ['as Hermes', speaking('<tool_call>')],
    ['as Mistral', speaking('[TOOL_CALLS]')],
    ['as Llama', speaking('<|python_tag|>')],
  ])('%s', async (_format, source) => {
    const template = openChatTemplate(source, { bos: '', eos: '' })
    const executor = chat(loaded, seats, template)
    const model: Model = { tasks: { [task.id]: executor }, dispose: async () => undefined }
    const wish = { ...input, tool_choice: { names: ['open_door'], required: true }, parallel_tool_calls: false }
    const context = fakeContext()
    const { choices } = task.output.parse(await execute(model, task, wish, context))
    const arguments_ = expect.stringMatching(/^\{"name":".{0,12}"\}$/)
    expect(choices).toMatchObject([
      { finish_reason: 'tool_calls', content: [{ type: 'tool_call', name: 'open_door', arguments: arguments_ }] },
    ])
    const types = context.chunks.map(chunk => (chunk as { type: string }).type)
    expect(types).toEqual(['start', 'tool_call', 'finish'])
  })
})
