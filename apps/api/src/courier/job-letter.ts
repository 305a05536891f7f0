import { AppError } from '@hearth/contract'
import { jobs, type webhooks } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'
import { isHttp } from '../dialects/dialect.ts'
import { dialects } from '../dialects/dialects.generated.ts'
import type { Letter } from './letter.ts'
import { isOwnNetwork } from './order-address.ts'
import { readWebhookSecret } from './webhook-secret.ts'

export type JobDelivery = webhooks.DeliveryRow & { job: string; url: string }

/** What is told of a job that has ended, in the words of the dialect that it was ordered in. @throws AppError. */
export async function jobLetter(
  deps: Pick<ApiDeps, 'store' | 'secret' | 'config'>,
  { job: id, owner, url }: JobDelivery,
): Promise<Letter> {
  const row = await jobs.get(deps.store, { id, owner })
  const dialect = dialects.filter(isHttp).find(({ id }) => id === row?.dialect)
  if (!row || !dialect?.told) throw new AppError('internal', `nothing can be told of job ${id}`)
  return {
    url,
    private: isOwnNetwork(deps.config, url),
    body: JSON.stringify(dialect.told(row)),
    secret: await readWebhookSecret(deps, owner),
  }
}
