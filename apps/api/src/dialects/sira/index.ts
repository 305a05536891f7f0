import { task as chat } from '@hearth/language/chat/spec'
import { task as embedText } from '@hearth/language/embed-text/spec'
import type { Hono } from 'hono'
import type { RateClass } from '../../auth/rate-limit.ts'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext, Env } from '../../http/env.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import type { Dialect } from '../dialect.ts'
import { readWish } from '../openai/chat-wish.ts'
import { answerEmbeddings, embeddingsWish } from '../openai/embeddings.ts'
import { errorAnswer } from './error-body.ts'
import { gatewayHeaders } from './gateway-headers.ts'
import { ownRequest, requestAnswer } from './kept-request.ts'
import { siraModels } from './model-list.ts'
import { serveChat } from './serve-chat.ts'

const base = '/api/v1/ai'

function mount(app: Hono<Env>, deps: ApiDeps): void {
  // OpenAI's clients, which can be told to speak to this gateway, send a bearer of their own beside its header.
  const letIn = (c: ApiContext, rate: RateClass) => admit(deps, c, rate, { header: 'x-api-key' })
  app.use(`${base}/*`, gatewayHeaders(deps.config.version))
  app.post(`${base}/chat/completions`, async c => serveChat(deps, c, await letIn(c, 'generate')))
  app.post(`${base}/embeddings`, async c => {
    const caller = await letIn(c, 'generate')
    const wish = readWish(embeddingsWish, await readJson(c, bodyLimit(deps)))
    c.get('wide').model = wish.model
    return answerEmbeddings(deps, c, { caller, wish, error: errorAnswer })
  })
  app.get(`${base}/models`, async c => {
    await letIn(c, 'status')
    return c.json(siraModels(await deps.models.list(), [chat.id, embedText.id]))
  })
  app.get(`${base}/requests/:id`, async c => {
    const caller = await letIn(c, 'status')
    const row = await ownRequest(deps, caller, c.req.param('id'))
    c.get('wide').model = row.model
    return c.json(requestAnswer(row))
  })
}

/** The Sira gateway's chats, also ordered for later, embeddings and models. */
export const dialect: Dialect = {
  id: 'sira',
  title: 'Sira',
  owns: path => path === base || path.startsWith(`${base}/`),
  mount,
  error: errorAnswer,
  told: requestAnswer,
}
