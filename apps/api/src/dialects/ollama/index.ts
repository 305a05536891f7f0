import { workers } from '@hearth/store'
import type { Hono } from 'hono'
import { type Caller, requireScope } from '../../auth/caller.ts'
import type { RateClass } from '../../auth/rate-limit.ts'
import type { ApiDeps } from '../../deps.ts'
import type { ApiContext, Env } from '../../http/env.ts'
import type { ErrorAnswer } from '../../http/errors.ts'
import { aliveMaxAge } from '../../intake/check-fit.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import type { Dialect } from '../dialect.ts'
import { dialect as openai } from '../openai/index.ts'
import { patientJson } from '../patient-json.ts'
import { embed } from './embeddings.ts'
import { ollamaError } from './error-answer.ts'
import { isUsable, modelEntry, runningModels, shownModel } from './model-list.ts'
import { plainName, withModelName } from './model-names.ts'
import { type PullLine, pull } from './pull.ts'
import { lineStream, serveChat, serveGenerate, visitFault } from './serve-chat.ts'
import {
  chatRequest,
  embeddingsRequest,
  embedRequest,
  generateRequest,
  namedRequest,
  pullRequest,
  readJsonBody,
  readRequest,
} from './wire.ts'

/** The release of Ollama whose answers these are: clients ask for one that is new enough. */
const version = '0.33.0'

type Answer = (c: ApiContext, caller: Caller) => Promise<Response> | Response

function mount(app: Hono<Env>, deps: ApiDeps): void {
  const route = (method: string, path: string, rate: RateClass, answer: Answer) =>
    app.on(method, path, async c => answer(c, await admit(deps, c, rate)))
  const body = (c: ApiContext) => readJsonBody(c, bodyLimit(deps))

  route('GET', '/', 'status', c => c.text('Ollama is running'))
  route('GET', '/api/version', 'status', c => c.json({ version }))
  mountModels(deps, route, body)

  route('POST', '/api/chat', 'generate', async (c, caller) =>
    serveChat({ deps, c, caller }, readRequest(chatRequest, await body(c))),
  )
  route('POST', '/api/generate', 'generate', async (c, caller) =>
    serveGenerate({ deps, c, caller }, readRequest(generateRequest, await body(c))),
  )
  route('POST', '/api/embed', 'generate', async (c, caller) => {
    const work = embed(deps, caller, readRequest(embedRequest, await body(c)), c.req.raw.signal)
    return patientJson(c, deps, { work, error: ollamaError })
  })
  route('POST', '/api/embeddings', 'generate', async (c, caller) => {
    const { model, prompt = '' } = readRequest(embeddingsRequest, await body(c))
    const texts = { model, input: prompt === '' ? [] : [prompt] }
    const work = embed(deps, caller, texts, c.req.raw.signal).then(({ embeddings: [embedding = []] }) => ({
      embedding,
    }))
    return patientJson(c, deps, { work, error: ollamaError })
  })
}

function mountModels(
  deps: ApiDeps,
  route: (method: string, path: string, rate: RateClass, answer: Answer) => void,
  body: (c: ApiContext) => Promise<unknown>,
): void {
  route('GET', '/api/tags', 'status', async c =>
    c.json({ models: (await deps.models.list()).filter(isUsable).map(modelEntry) }),
  )
  route('GET', '/api/ps', 'status', async c => {
    const alive = await workers.alive(deps.store, aliveMaxAge)
    return c.json({ models: runningModels(await deps.models.list(), alive) })
  })
  route('POST', '/api/show', 'status', async c => {
    const name = readRequest(namedRequest, await body(c))
    return c.json(shownModel(await withModelName(name, () => deps.models.get(plainName(name)))))
  })
  route('POST', '/api/pull', 'generate', async (c, caller) => {
    const asked = await body(c)
    const { stream } = readRequest(pullRequest, asked)
    const lines = await pull(deps, caller, readRequest(namedRequest, asked), c.req.raw.signal)
    if (stream) return lineStream(visitFault(deps, c), lines, line => [line])
    return patientJson(c, deps, { work: lastOf(lines), error: ollamaError })
  })
  route('DELETE', '/api/delete', 'status', async (c, caller) => {
    requireScope(caller, 'models')
    const name = readRequest(namedRequest, await body(c))
    await withModelName(name, () => deps.models.remove(plainName(name)))
    return c.body(null, 200)
  })
}

async function lastOf(lines: AsyncIterable<PullLine>): Promise<PullLine> {
  let last: PullLine = { status: 'pulling manifest' }
  for await (const line of lines) last = line
  return last
}

/** Programs that speak to Ollama speak OpenAI's words to it as well. */
const error: ErrorAnswer = (c, thrown) => (openai.owns(c.req.path) ? openai.error : ollamaError)(c, thrown)

/** Ollama's API. */
export const dialect: Dialect = {
  id: 'ollama',
  title: 'Ollama',
  owns: () => false,
  // Its paths are at root, where the studio is.
  doorOnly: true,
  mount(app, deps) {
    mount(app, deps)
    openai.mount(app, deps)
  },
  error,
}
