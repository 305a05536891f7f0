import { AppError } from '@hearth/contract'
import { humanBytes } from '@hearth/models'
import type { Hono } from 'hono'
import type { RateClass } from '../../auth/rate-limit.ts'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext, Env } from '../../http/env.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import type { Dialect } from '../dialect.ts'
import { usableModel } from '../openai/model-list.ts'
import { geminiError } from './error-body.ts'
import { methods } from './methods.ts'
import { methodsOf, modelEntry, modelPage } from './model-list.ts'

function mount(app: Hono<Env>, deps: ApiDeps): void {
  const enter = (c: ApiContext, rate: RateClass) => admit(deps, c, rate, { query: 'key' })

  app.get('/v1beta/models', async c => {
    await enter(c, 'status')
    return c.json(
      modelPage(await deps.models.list(), { size: c.req.query('pageSize'), token: c.req.query('pageToken') }),
    )
  })
  app.get('/v1beta/models/:model{.+}', async c => {
    await enter(c, 'status')
    const model = await deps.models.get(c.req.param('model'))
    usableModel(model, humanBytes)
    if (methodsOf(model).length > 0) return c.json(modelEntry(model))
    throw new AppError('not-found', `the model ${model.id} is not for text`, { path: ['model'] })
  })
  app.post('/v1beta/models/:call{.+}', async c => {
    const caller = await enter(c, 'generate')
    const { model, method } = readCall(c.req.param('call'))
    return method({ deps, c, caller, model, body: await readJson(c, bodyLimit(deps)) })
  })
}

/** `model:method`; the model may hold slashes, and colons too. @throws AppError `not-found`. */
function readCall(call: string) {
  const at = call.lastIndexOf(':')
  const name = call.slice(at + 1)
  const method = at > 0 && Object.hasOwn(methods, name) ? methods[name] : undefined
  if (method) return { model: call.slice(0, at), method }
  throw new AppError('not-found', 'models have no such method', {
    hint: `There are ${Object.keys(methods).join(', ')}, after the model and a colon.`,
  })
}

/** Google's Generative Language API, as the clients of Gemini speak it. */
export const dialect: Dialect = {
  id: 'gemini',
  title: 'Gemini',
  owns: path => path === '/v1beta' || path.startsWith('/v1beta/'),
  mount,
  error: geminiError,
}
