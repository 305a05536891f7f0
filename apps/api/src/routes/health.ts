import { type AppError, toAppError } from '@hearth/contract'
import { ping, workers } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { aliveMaxAge } from '../intake/check-fit.ts'
import { diskSpace } from './system.ts'

const healthView = z.object({
  status: z.enum(['ok', 'unavailable']),
  version: z.string(),
  reasons: z.array(z.string()).meta({ description: 'Why no job could be accepted and run; empty when one could.' }),
})

/** Bytes below which an output may not find room. */
const leastDisk = 64 * 2 ** 20
/** Seconds within which each part has to answer. */
const patience = 3

/** Whether a job could be accepted and run at this moment. */
export function healthRoutes(deps: ApiDeps): Route[] {
  // Who asks while an answer is being found shares it: this route needs no key and must not be a way to wear us out.
  let asking: Promise<string[]> | undefined
  const ask = () => {
    asking ??= findReasons(deps).finally(() => {
      asking = undefined
    })
    return asking
  }
  return [
    defineRoute({
      method: 'get',
      path: '/health',
      tag: 'System',
      summary: 'Whether a job could be accepted and run',
      description: 'Needs no key.',
      scope: 'public',
      rate: 'status',
      answers: {
        200: { description: 'It could.', schema: healthView },
        503: { description: 'It could not, for these reasons.', schema: healthView },
      },
      async handle({ c }) {
        const reasons = await ask()
        c.header('cache-control', 'no-store')
        if (reasons.length > 0) c.header('retry-after', '5')
        const status = reasons.length > 0 ? 'unavailable' : 'ok'
        return c.json({ status, version: deps.config.version, reasons }, reasons.length > 0 ? 503 : 200)
      },
    }),
  ]
}

async function findReasons(deps: ApiDeps): Promise<string[]> {
  const checks = [checkStore(deps), checkQueue(deps), checkDisk(deps)].map(check => withinPatience(check))
  return (await Promise.all(checks)).flat()
}

async function checkStore({ store }: ApiDeps): Promise<string[]> {
  await ping(store)
  const alive = await workers.alive(store, aliveMaxAge)
  if (alive.length === 0) return ['no worker is running']
  if (alive.some(worker => worker.devices.some(device => device.usable))) return []
  return ['no worker has a device that can be used']
}

async function checkQueue({ queue }: ApiDeps): Promise<string[]> {
  try {
    await queue.redis.ping()
    return []
  } catch {
    // Its own connection reports the cause; who asks here only needs to know that it is away.
    return ['the queue server does not answer']
  }
}

async function checkDisk({ config }: ApiDeps): Promise<string[]> {
  const { free_bytes } = await diskSpace(config.data)
  return free_bytes < leastDisk ? ['the disk is full'] : []
}

async function withinPatience(check: Promise<string[]>): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>()
  const timer = setTimeout(() => resolve(['a part does not answer in time']), patience * 1000)
  try {
    return await Promise.race([check.catch(error => [reasonOf(toAppError(error))]), promise])
  } finally {
    clearTimeout(timer)
  }
}

function reasonOf(error: AppError): string {
  return error.code === 'internal' ? 'a part does not answer' : error.message
}
