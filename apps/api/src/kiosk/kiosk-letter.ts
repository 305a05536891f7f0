import { AppError } from '@hearth/contract'
import type { Store, webhooks } from '@hearth/store'
import type { Letter } from '../courier/letter.ts'
import { readKiosk } from './kiosk-settings.ts'

/** What a kiosk's owner has told about it. @throws AppError where nobody is to be told any more. */
export async function kioskLetter(store: Store, { owner, body }: webhooks.DeliveryRow): Promise<Letter> {
  const { webhook, secret } = await readKiosk(store, owner)
  if (webhook === null || secret === null) throw new AppError('not-found', 'there is no webhook any more')
  return { ...webhook, secret, body }
}
