import { createHmac } from 'node:crypto'

/**
 * Headers of one attempt to deliver a message, as Standard Webhooks 1.0 has them.
 * @param secret `whsec_` and the key in base64.
 * @param at seconds since 1970.
 */
export function signWebhook(message: { id: string; body: string; secret: string; at: number }): Record<string, string> {
  const { id, body, secret, at } = message
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` }
}
