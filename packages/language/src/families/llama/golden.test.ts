import { execute } from '@hearth/contract'
import { fakeContext } from '@hearth/testing'
import { LlamaCompletion } from 'node-llama-cpp'
import { expect, test } from 'vitest'
import { task as complete } from '../../complete/spec.ts'
import { loadModel } from './library.ts'
import { load } from './load.ts'
import { starterChat } from './starter-under-test.ts'

const prompts = [
  'The capital of France is',
  'Water boils at',
  'Once upon a time, there was a',
  'The three primary colours are',
  'A haiku about the sea:\n',
  'To make bread you need flour,',
  'The sun rises in the',
  'In 1969, the first human',
  'Q: What is the opposite of hot?\nA:',
  'My favourite animal is the fox because',
  'def add(a, b):\n    return',
  'The recipe for a good friendship is',
  'Monday, Tuesday, Wednesday,',
  'The largest planet of the solar system is',
  'Dear Sir or Madam,\n',
  'Roses are red, violets are',
  'Die Hauptstadt von Österreich ist',
  '她打开了门，看见了一只🦊，',
  'One, two, three, four,',
  'A computer is a machine that',
]

test('goes on with 20 texts as the library of llama.cpp itself does', { timeout: 120_000 }, async () => {
  const checkpoint = await starterChat()
  const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
  const [model, reference] = [await load(checkpoint, placement), await loadModel(checkpoint, placement)]
  const completion = new LlamaCompletion({ contextSequence: reference.context.getSequence() })
  for (const prompt of prompts) {
    const run = execute(model, complete, { prompt, temperature: 0, max_tokens: 24 }, fakeContext())
    const { choices } = complete.output.parse(await run)
    const expected = await completion.generateCompletion(prompt, { temperature: 0, maxTokens: 24 })
    const text = choices[0]?.text ?? ''
    expect(text.slice(0, expected.length), prompt).toBe(expected)
    // The library keeps the last character to itself where the next token might have belonged to it.
    expect(text.length - expected.length).toBeLessThanOrEqual(1)
  }
  await model.dispose()
  await reference.llama.dispose()
})
