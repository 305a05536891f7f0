import { createHash } from 'node:crypto'
import { AppError } from '@hearth/contract'
import { task as chat } from '@hearth/language/chat/spec'
import { z } from 'zod'
import type { Caller } from '../../auth/caller.ts'
import { checkOrderAddress } from '../../courier/order-address.ts'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext } from '../../http/env.ts'
import { acceptJob, findTask } from '../../intake/accept-job.ts'
import { idempotencyKey } from '../../intake/idempotency-key.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { chatWish, readWish } from '../openai/chat-wish.ts'
import { answerChat, storedInput } from '../openai/serve-chat.ts'
import { errorAnswer, siraErrorBody } from './error-body.ts'
import { estimatedTime } from './estimated-time.ts'
import { requestId, statuses } from './kept-request.ts'

/** This gateway's own, where a client says nothing. */
const usual = { temperature: 0.7, max_tokens: 1000 }

const siraWish = chatWish.extend({
  async: z.boolean().nullish(),
  webhook_url: z.string().min(1).max(2000).nullish(),
})
type SiraWish = z.output<typeof siraWish>

/** Answers a conversation at once, or keeps it as an order and answers with its name. */
export async function serveChat(deps: ApiDeps, c: ApiContext, caller: Caller): Promise<Response> {
  const body = await readJson(c, bodyLimit(deps))
  const said = readWish(siraWish, body)
  const wish = {
    ...said,
    temperature: said.temperature ?? usual.temperature,
    max_tokens: said.max_tokens ?? usual.max_tokens,
  }
  c.get('wide').model = wish.model
  if (wish.async) return keepOrder(deps, c, { caller, wish, body })
  if (wish.webhook_url != null) throw refused('webhook_url', 'only requests with "async": true are told of')
  return answerChat(deps, c, { caller, wish, errors: { error: errorAnswer, body: siraErrorBody } })
}

async function keepOrder(
  deps: ApiDeps,
  c: ApiContext,
  { caller, wish, body }: { caller: Caller; wish: SiraWish; body: unknown },
): Promise<Response> {
  if (wish.stream) throw refused('stream', 'what is answered later cannot be streamed')
  const webhook = wish.webhook_url == null ? undefined : await checkOrderAddress(deps.config, wish.webhook_url)
  const { job } = await acceptJob(deps, caller, {
    task: findTask(deps, chat.id),
    input: await storedInput(deps, caller, wish),
    model: wish.model,
    dialect: 'sira',
    webhook,
    idempotencyKey: idempotencyKey(c),
    requestHash: `sira ${createHash('sha256').update(JSON.stringify(body)).digest('hex')}`,
  })
  c.get('wide').job = job.id
  const answer = {
    request_id: requestId(job),
    status: statuses[job.state],
    estimated_time: await estimatedTime(deps, job),
    webhook_url: wish.webhook_url ?? null,
  }
  return c.json(answer, 202)
}

function refused(field: string, reason: string): AppError {
  return new AppError('invalid-input', `${field}: ${reason}`, { path: [field] })
}
