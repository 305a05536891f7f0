import { randomBytes } from 'node:crypto'
import { AppError, score } from '@hearth/contract'
import { type Store, settings } from '@hearth/store'
import { z } from 'zod'

const text = z
  .string()
  .max(200)
  .refine(value => !/\p{Cc}/u.test(value) && value.isWellFormed(), 'control characters are not allowed')
const webhookUrl = z
  .string()
  .max(2000)
  .refine(isWebAddress, 'expected an http or https address without user name and password')

/** What a kiosk shows, and what it says of itself. */
const shown = {
  welcome: z.object({ en: text, zh: text }).meta({ description: 'Shown to whoever is let in; {name} is the name.' }),
  sound: z.boolean(),
  challenge: z.boolean().meta({
    description: 'Whether actions are asked for. Without, a photograph of a known face is let in too.',
  }),
  actions: z.int().min(1).max(4).meta({ description: 'How many actions.' }),
  blink: z.boolean().meta({ description: 'Whether blinking is among them; through glasses it may not be seen.' }),
}

/** What may be set; what is left out stays as it is. */
export const kioskChange = z
  .object({
    ...shown,
    collection: z.string().min(1).max(100).meta({ description: 'The people who are let in.' }),
    threshold: score.nullable().meta({ description: 'Least similarity; null: that of the collection.' }),
    attendance_minutes: z
      .number()
      .min(0)
      .max(10_080)
      .meta({ description: 'A person is noted once in so many minutes.' }),
    webhook: z
      .object({
        url: webhookUrl,
        private: z.boolean().default(false).meta({
          description: 'Whether it may be an address of the own network, and plain http; door controllers are.',
        }),
      })
      .nullable()
      .meta({ description: 'Where it is told that somebody was let in or refused.' }),
    new_secret: z.boolean().meta({ description: 'Makes a new secret for the signatures; the old one ends at once.' }),
  })
  .partial()
export type KioskChange = z.output<typeof kioskChange>

/** As it is kept, one of each owner. */
const stored = z.object({
  welcome: shown.welcome.default({ en: 'Welcome, {name}', zh: '欢迎，{name}' }),
  sound: z.boolean().default(true),
  challenge: z.boolean().default(true),
  actions: z.int().default(3),
  blink: z.boolean().default(true),
  collection: z.string().default('default'),
  threshold: z.number().nullable().default(null),
  attendance_minutes: z.number().default(5),
  webhook: z.object({ url: z.string(), private: z.boolean() }).nullable().default(null),
  /** `whsec_` and base64, as Standard Webhooks has it. Null until there is a webhook. */
  secret: z.string().nullable().default(null),
})
export type KioskSettings = z.output<typeof stored>

const nameOf = (owner: string) => `kiosk:${owner}`

export async function readKiosk(store: Store, owner: string): Promise<KioskSettings> {
  return stored.parse((await settings.get(store, nameOf(owner))) ?? {})
}

/** @returns the settings now, and the secret if it was made by this change: it is shown this once. */
export async function changeKiosk(
  store: Store,
  owner: string,
  { new_secret, ...change }: KioskChange,
): Promise<{ settings: KioskSettings; secret: string | null }> {
  const before = await readKiosk(store, owner)
  const next = { ...before, ...change }
  if (next.webhook && !next.webhook.private && !next.webhook.url.startsWith('https:')) {
    throw new AppError('invalid-input', 'webhook.url: only https addresses outside of the own network are told', {
      path: ['webhook', 'url'],
      hint: 'Set webhook.private for a door controller in the own network.',
    })
  }
  const isNew = new_secret === true || (next.webhook !== null && before.secret === null)
  const secret = isNew ? `whsec_${randomBytes(32).toString('base64')}` : null
  const kept = { ...next, secret: secret ?? before.secret }
  await settings.set(store, nameOf(owner), kept)
  return { settings: kept, secret }
}

function isWebAddress(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

/** What a kiosk itself may know. */
export const kioskFace = z.object(shown)

export function faceOf({ welcome, sound, challenge, actions, blink }: KioskSettings): z.output<typeof kioskFace> {
  return { welcome, sound, challenge, actions, blink }
}
