import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { pythonWith } from '@hearth/testing/python'
import { freePort } from '@hearth/testing/services'
import { Ollama } from 'ollama'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { starterChat } from '../../../../../packages/language/src/families/llama/starter-under-test.ts'

const run = promisify(execFile)
const program = fileURLToPath(new URL('./ollama-client.py', import.meta.url))

let hearth: TestInstance
let client: Ollama
let port: number

const model = 'smollm2-135m:latest'
const messages = [
  { role: 'system', content: 'You are a helpful assistant.' },
  { role: 'user', content: 'What is the capital of France?' },
]
const options = { temperature: 0 }
const said = 'The capital of France is Paris.'

beforeAll(async () => {
  hearth = await startTestInstance({ models: [await starterChat()] })
  port = await freePort()
  const post = (path: string, body: object) =>
    hearth.request(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
  await post('/api/v1/keys', { name: 'home', scopes: ['tasks', 'models'] })
  const door = await post('/api/v1/doors', { dialect: 'ollama', port, key: 'home' })
  expect(await door.json()).toMatchObject({ open: true })
  client = new Ollama({ host: `http://127.0.0.1:${port}` })
}, 120_000)
afterAll(() => hearth?.stop())

it('lists the model and shows it', async () => {
  const { models } = await client.list()
  expect(models).toMatchObject([
    { name: model, model, details: { format: 'gguf', parameter_size: '135M' }, digest: expect.any(String) },
  ])
  const shown = await client.show({ model: 'smollm2:135m' })
  expect(shown).toMatchObject({
    capabilities: expect.arrayContaining(['completion']),
    license: expect.stringContaining('Apache-2.0'),
    model_info: { 'general.architecture': 'llama', 'llama.context_length': 4096 },
  })
})

it('loads the model for who says nothing', async () => {
  expect(await client.chat({ model, messages: [] })).toMatchObject({ done: true, done_reason: 'load' })
  await expect.poll(async () => (await client.ps()).models, { timeout: 20_000 }).toMatchObject([{ name: model }])
  const unloaded = await client.generate({ model, prompt: '', keep_alive: 0 })
  expect(unloaded).toMatchObject({ response: '', done_reason: 'unload' })
  await expect.poll(async () => (await client.ps()).models, { timeout: 20_000 }).toEqual([])
})

it('lets the model go after the answer that was asked to be the last', async () => {
  const running = async () => (await client.ps()).models.length
  await client.chat({ model, messages, options: { num_predict: 2 }, keep_alive: '10m' })
  expect(await running()).toBe(1)
  for await (const _ of await client.chat({
    model,
    messages,
    options: { num_predict: 2 },
    keep_alive: 0,
    stream: true,
  }));
  await expect.poll(running, { timeout: 20_000 }).toBe(0)
  await expect(client.chat({ model, messages, keep_alive: 'soon' })).rejects.toThrow(/keep_alive.*duration/)
})

it('serves the Python package ollama as it is', async ({ skip }) => {
  const { python, missing } = await pythonWith('ollama==0.6.3')
  if (!python) return skip(missing)
  const { stdout } = await run(python, [program, `http://127.0.0.1:${port}`, model], { timeout: 110_000 })
  const answers = JSON.parse(stdout)
  expect(answers).toMatchObject({
    models: [model],
    family: 'gguf',
    whole: said,
    streamed: said,
    generated: 4,
    running: [model],
    unloaded: 'unload',
    missing: 404,
  })
  expect(JSON.parse(answers.shaped)).toEqual({ city: expect.any(String) })
})

it('answers in whole and in pieces alike', async () => {
  const whole = await client.chat({ model, messages, options })
  expect(whole).toMatchObject({ message: { content: said }, done_reason: 'stop' })
  expect(whole.eval_count).toBeGreaterThan(5)
  const pieces: string[] = []
  for await (const { message } of await client.chat({ model, messages, options, stream: true })) {
    pieces.push(message.content)
  }
  expect(pieces.length).toBeGreaterThan(3)
  expect(pieces.join('')).toBe(said)
  const cut = await client.chat({ model, messages, options: { ...options, num_predict: 3 } })
  expect(cut).toMatchObject({ done_reason: 'length', eval_count: 3 })
})

it('generates, also from a prompt as it is, and keeps to a schema', async () => {
  const prompt = 'What is the capital of France?'
  const { response } = await client.generate({ model, prompt, system: 'You are a helpful assistant.', options })
  expect(response).toBe(said)
  const raw = await client.generate({
    model,
    prompt: 'The capital of France is',
    raw: true,
    options: { ...options, num_predict: 3 },
  })
  expect(raw.response).toContain('Paris')
  const format = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  const json = await client.generate({ model, prompt, format, options: { ...options, num_predict: 64 } })
  expect(JSON.parse(json.response ?? '')).toEqual({ city: expect.any(String) })
})

it('throws where the process of the model is killed in mid-stream', async () => {
  const read = async () => {
    const long = [{ role: 'user', content: 'Tell me a long story about the sea.' }]
    let pieces = 0
    for await (const { done } of await client.chat({ model, messages: long, stream: true })) {
      expect(done).toBe(false)
      pieces += 1
      if (pieces === 3) process.kill((await hearth.engine('smollm2-135m')).pid, 'SIGKILL')
    }
  }
  await expect(read()).rejects.toThrow(/ended|crashed|killed/)
})

it('takes the model away and pulls it again', async () => {
  expect(await client.pull({ model })).toMatchObject({ status: 'success' })
  await client.delete({ model })
  expect((await client.list()).models).toEqual([])
  await expect(client.chat({ model, messages })).rejects.toMatchObject({ status_code: 404 })
  for await (const { completed } of await client.pull({ model, stream: true })) if (completed) break
  client.abort()
  const cancelled = async () => {
    const response = await hearth.request('/api/v1/jobs?state=cancelled')
    return ((await response.json()) as { jobs: { task: string }[] }).jobs
  }
  await expect.poll(cancelled, { timeout: 20_000 }).toMatchObject([{ task: 'pull-model' }])
  const lines: { status: string; completed?: number; total?: number }[] = []
  for await (const line of await client.pull({ model: 'smollm2-135m', stream: true })) lines.push(line)
  expect(lines[0]?.status).toBe('pulling manifest')
  expect(lines.at(-1)?.status).toBe('success')
  const bars = lines.filter(({ status }) => status === 'pulling smollm2-135m')
  expect(bars.at(-1)?.completed).toBe(bars.at(-1)?.total)
  expect((await client.list()).models).toMatchObject([{ name: model }])
})
