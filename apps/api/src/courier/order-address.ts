import type { Config } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { checkGuarded } from '@hearth/fetch'

/** Seconds in which the name has to be found. */
const patience = 5

/** Whether the owner of the server lets webhooks go there although it is an address of the own network. */
export function isOwnNetwork({ webhookHosts }: Pick<Config, 'webhookHosts'>, address: string): boolean {
  const url = URL.parse(address)
  return url !== null && (webhookHosts.includes(url.host) || webhookHosts.includes(url.hostname))
}

/**
 * Checks the address that an order wants to be told at, as the delivery will check it again.
 * @returns it as it can be kept: without characters that an address cannot hold.
 * @throws AppError `invalid-input` at the field `webhook_url`.
 */
export async function checkOrderAddress(config: Pick<Config, 'webhookHosts'>, address: string): Promise<string> {
  try {
    await checkGuarded(address, {
      timeout: patience,
      ...(isOwnNetwork(config, address) ? { allow: 'any' } : {}),
    })
    return new URL(address).href
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    throw new AppError('invalid-input', `webhook_url: ${thrown.message}`, {
      path: ['webhook_url'],
      hint: 'Use a public https address, or one that the server allows by the setting HEARTH_WEBHOOK_HOSTS.',
      cause: thrown,
    })
  }
}
