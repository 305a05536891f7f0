import { expect, it } from 'vitest'
import { readCalls } from './read-calls.ts'

const read = (text: string) => readCalls(text)?.map(({ name, arguments: json }) => [name, json])
const both = [
  ['add', '{"a":1}'],
  ['look', '{"at":"a } in quotes \\" here"}'],
]

it.each([
  ['Hermes', '\n{"name": "add", "arguments": {"a": 1}}\n', [both[0]]],
  ['no arguments', '{"name": "add"}', [['add', '{}']]],
  ['arguments as text', '{"name": "add", "arguments": "{\\"a\\": 1}"}', [['add', '{"a": 1}']]],
  ['Mistral', '[{"name": "add", "arguments": {"a": 1}, "id": "x"}]', [both[0]]],
  ['Mistral, newer', 'add[ARGS]{"a": 1}[TOOL_CALLS]look[CALL_ID]y1[ARGS]{"at": "a } in quotes \\" here"}', both],
  ['Llama', '{"name": "add", "parameters": {"a": 1}}', [both[0]]],
  [
    'Llama, several',
    '{"name": "add", "parameters": {"a": 1}}; {"name": "look", "parameters": {"at": "a } in quotes \\" here"}}',
    both,
  ],
])('reads calls: %s', (_format, text, calls) => {
  expect(read(text)).toEqual(calls)
})

it.each([
  '',
  'x',
  '{"name": 3}',
  '{"name": "a"',
  '[]',
  '{"name": "a"} and more',
  'a[ARGS]5',
  '{"name": "a"}; {"b": 1}',
])('takes %j for no call', text => {
  expect(readCalls(text)).toBeUndefined()
})
