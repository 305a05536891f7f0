/**
 * Chatting with the starter's language model through OpenAI's route, against node-llama-cpp by itself with the same file
 * and as many threads, in turns within one run: tokens a second for one client and for eight at once (the library serves
 * them one after the other, as a server without batching would), and what the platform adds before the first token.
 */
import { type Loaded, loadModel } from '../packages/language/src/families/llama/library.ts'
import { starterChat } from '../packages/language/src/families/llama/starter-under-test.ts'
import { startTestInstance, type TestInstance } from '../packages/testing/src/instance.ts'
import { type Bench, percentile, type Result } from './bench.ts'

type Sequence = ReturnType<Loaded['context']['getSequence']>

const threads = 2
const rounds = 5
const tokens = 96
const clients = 8
const firsts = 40
const systemPrompt = 'You are a helpful assistant.'
const subjects = ['sea', 'moon', 'forest', 'desert', 'river', 'mountain', 'city', 'island']
const tale = (subject: string) => `Tell me a long story about the ${subject}.`

export const bench: Bench = {
  name: 'chat',
  async run(print) {
    const checkpoint = await starterChat()
    const instance = await startTestInstance({ models: [checkpoint], env: { HEARTH_THREADS: String(threads) } })
    const peer = await loadModel(checkpoint, { device: 'cpu', deviceIndex: 0, threads })
    try {
      const sequence = peer.context.getSequence()
      const alone = { ours: [] as number[], peer: [] as number[] }
      const together = { ours: [] as number[], peer: [] as number[] }
      for (let round = 0; round <= rounds; round++) {
        const [subject = 'sea'] = subjects
        const one = { peer: await byLibrary(peer, sequence, [subject]), ours: await byHearth(instance, [subject]) }
        const all = { peer: await byLibrary(peer, sequence, subjects), ours: await byHearth(instance, subjects) }
        // The first round loads the model and fills caches.
        if (round === 0) continue
        alone.ours.push(one.ours)
        alone.peer.push(one.peer)
        together.ours.push(all.ours)
        together.peer.push(all.peer)
      }
      const added = await addedToFirstToken(instance, peer, sequence, print)
      return [
        rate('tokens a second, one client', alone, 0.97),
        rate(`tokens a second, ${clients} clients, against one after the other`, together, 1),
        added,
      ]
    } finally {
      await instance.stop()
      await peer.llama.dispose()
    }
  },
}

function rate(metric: string, rates: { ours: number[]; peer: number[] }, target: number): Result {
  const [ours, peer] = [percentile(rates.ours, 0.5), percentile(rates.peer, 0.5)]
  const ratio = ours / peer
  return { bench: 'chat', metric, ours, peer, ratio, target, ok: ratio >= target }
}

/** Tokens a second of these tales, one after the other. */
async function byLibrary({ library }: Loaded, sequence: Sequence, told: readonly string[]): Promise<number> {
  const started = performance.now()
  let made = 0
  for (const subject of told) {
    const session = new library.LlamaChatSession({
      contextSequence: sequence,
      systemPrompt,
      autoDisposeSequence: false,
    })
    const count = (some: readonly unknown[]) => {
      made += some.length
    }
    await session.prompt(tale(subject), { temperature: 0, maxTokens: tokens, onToken: count })
    session.dispose()
  }
  return (1000 * made) / (performance.now() - started)
}

/** Tokens a second of these tales, all at once. */
async function byHearth(instance: TestInstance, told: readonly string[]): Promise<number> {
  const started = performance.now()
  const made = await Promise.all(
    told.map(async subject => {
      const response = await chat(instance, tale(subject), tokens, false)
      const { usage } = (await response.json()) as { usage: { completion_tokens: number } }
      return usage.completion_tokens
    }),
  )
  return (1000 * made.reduce((sum, count) => sum + count, 0)) / (performance.now() - started)
}

async function chat(instance: TestInstance, said: string, max_tokens: number, stream: boolean): Promise<Response> {
  const messages = [
    { role: 'system', content: systemPrompt },
    { role: 'user', content: said },
  ]
  const body = { model: 'smollm2-135m', messages, temperature: 0, max_tokens, stream }
  const headers = { 'content-type': 'application/json' }
  const response = await instance.request('/v1/chat/completions', {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`the chat answered ${response.status}: ${await response.text()}`)
  return response
}

/** Milliseconds from the request to the first piece of text, less those to the library's first token; begins are known. */
async function addedToFirstToken(
  instance: TestInstance,
  peer: Loaded,
  sequence: Sequence,
  print: (line: string) => void,
): Promise<Result> {
  const said = 'What is the capital of France?'
  const prompt = peer.model.tokenize(
    `<|im_start|>system\n${systemPrompt}<|im_end|>\n<|im_start|>user\n${said}<|im_end|>\n<|im_start|>assistant\n`,
    true,
  )
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let time = 0; time <= firsts; time++) {
    const before = performance.now()
    await sequence.adaptStateToTokens(prompt.slice(0, -1), false)
    for await (const _ of sequence.evaluate(prompt.slice(sequence.nextTokenIndex), { temperature: 0 })) break
    const between = performance.now()
    const first = await firstText(await chat(instance, said, 2, true))
    if (time === 0) continue
    theirs.push(between - before)
    ours.push(first - between)
  }
  const added = ours.map((milliseconds, time) => milliseconds - (theirs[time] ?? 0))
  const [p50, p95] = [percentile(added, 0.5), percentile(added, 0.95)]
  print(
    `first token: ours ${percentile(ours, 0.5).toFixed(1)} ms, the library ${percentile(theirs, 0.5).toFixed(1)} ms`,
  )
  print(`added: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`)
  const metric = 'ms before the first token that the platform adds, p50 (less is better)'
  return { bench: 'chat', metric, ours: p50, peer: 2, ratio: p50 / 2, target: 1, ok: p50 <= 2 }
}

/** When the first text came. */
async function firstText(response: Response): Promise<number> {
  const decoder = new TextDecoder()
  let first: number | undefined
  for await (const piece of response.body ?? []) {
    if (first === undefined && /"content":"[^"]/.test(decoder.decode(piece, { stream: true })))
      first = performance.now()
  }
  if (first === undefined) throw new Error('there was no text')
  return first
}
