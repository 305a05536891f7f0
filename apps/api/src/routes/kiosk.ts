import { attendance, audit, webhooks } from '@hearth/store'
import { z } from 'zod'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { attendanceCsv } from '../kiosk/attendance-csv.ts'
import { changeKiosk, faceOf, type KioskSettings, kioskChange, kioskFace, readKiosk } from '../kiosk/kiosk-settings.ts'

const settingsView = kioskFace.extend({
  collection: z.string().optional(),
  threshold: z.number().nullable().optional(),
  attendance_minutes: z.number().optional(),
  webhook: z.object({ url: z.string(), private: z.boolean(), signed: z.boolean() }).nullable().optional(),
  deliveries: z
    .array(
      z.object({
        id: z.string(),
        state: z.enum(webhooks.deliveryStates),
        attempts: z.int(),
        created_at: z.iso.datetime(),
        error: z.string().nullable(),
      }),
    )
    .optional()
    .meta({ description: 'The latest messages to the webhook.' }),
})
const period = z.object({
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional().meta({ description: 'Up to, but not including.' }),
  person: z.string().max(100).optional(),
})
const entry = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  person: z
    .object({ id: z.string(), name: z.string().nullable() })
    .meta({ description: 'No name: not known any more.' }),
  kiosk: z.string().nullable().meta({ description: 'Id of the key of the kiosk.' }),
  challenged: z.boolean(),
  similarity: z.number(),
})
/** Rows of one export; more are asked for by period. */
const mostRows = 100_000

/** The kiosk beside its socket: settings, and who came. */
export function kioskRoutes(deps: ApiDeps): Route[] {
  return [...settingsRoutes(deps), ...attendanceRoutes(deps)]
}

async function viewSettings(deps: ApiDeps, caller: Caller, settings: KioskSettings) {
  // A kiosk hangs in a public place: it is told what it shows.
  if (!caller.scopes.some(scope => scope !== 'kiosk')) return faceOf(settings)
  const { collection, threshold, attendance_minutes, webhook, secret } = settings
  const deliveries = await webhooks.list(deps.store, { owner: caller.owner, of: 'kiosks', limit: 10 })
  return {
    ...faceOf(settings),
    collection,
    threshold,
    attendance_minutes,
    webhook: webhook && { ...webhook, signed: secret !== null },
    deliveries: deliveries.map(({ id, state, attempts, createdAt, error }) => ({
      id,
      state,
      attempts,
      created_at: createdAt.toISOString(),
      error,
    })),
  }
}

function settingsRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/kiosk/settings',
      tag: 'Kiosk',
      summary: 'Read the settings of your kiosks',
      scope: 'kiosk',
      rate: 'status',
      answers: { 200: { description: 'A kiosk itself sees only what it shows.', schema: settingsView } },
      handle: async ({ c, caller }) =>
        c.json(await viewSettings(deps, caller, await readKiosk(deps.store, caller.owner))),
    }),
    defineRoute({
      method: 'put',
      path: '/api/v1/kiosk/settings',
      tag: 'Kiosk',
      summary: 'Change the settings of your kiosks',
      description:
        'What is left out stays as it is. Kiosks follow within seconds. The webhook is told `kiosk.granted` and ' +
        '`kiosk.refused`, signed as Standard Webhooks 1.0 has it; a new secret is in this answer and nowhere else.',
      scope: 'admin',
      rate: 'status',
      body: kioskChange,
      example: { welcome: { en: 'Good morning, {name}', zh: '早上好，{name}' }, sound: false },
      answers: {
        200: {
          description: 'The settings now.',
          schema: settingsView.extend({ webhook_secret: z.string().nullable() }),
        },
      },
      async handle({ c, caller, body }) {
        const { settings, secret } = await changeKiosk(deps.store, caller.owner, body)
        const who = caller.key === null ? {} : { key: caller.key.id }
        const detail = { changed: Object.keys(body) }
        await audit.record(deps.store, { owner: caller.owner, ...who, action: 'kiosk settings changed', detail })
        return c.json({ ...(await viewSettings(deps, caller, settings)), webhook_secret: secret })
      },
    }),
  ]
}

function bounds({ since, until, person }: z.output<typeof period>) {
  return {
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(until),
    person,
  }
}

function viewEntry({ id, at, person, name, kiosk, challenged, similarity }: attendance.AttendanceRow) {
  return { id, at: at.toISOString(), person: { id: person, name }, kiosk, challenged, similarity }
}

function attendanceRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/kiosk/attendance',
      tag: 'Kiosk',
      summary: 'List who passed your kiosks',
      scope: 'tasks',
      rate: 'status',
      query: period.extend({
        limit: z.coerce.number().pipe(z.int().min(1).max(1000)).default(100),
        before: z.coerce.number().pipe(z.int().min(1)).optional().meta({ description: 'Id of the last one seen.' }),
      }),
      answers: {
        200: {
          description: 'The latest first.',
          schema: z.object({ entries: z.array(entry), next_before: z.int().nullable() }),
        },
      },
      async handle({ c, caller, query }) {
        const { limit, before } = query
        const page = { owner: caller.owner, ...bounds(query), limit, before }
        const rows = await attendance.list(deps.store, page)
        const last = rows.length === limit ? (rows.at(-1)?.id ?? null) : null
        return c.json({ entries: rows.map(viewEntry), next_before: last })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/kiosk/attendance.csv',
      tag: 'Kiosk',
      summary: 'Export who passed your kiosks',
      scope: 'tasks',
      rate: 'status',
      query: period,
      answers: { 200: { description: 'The latest first, for spreadsheets.', mime: 'text/csv' } },
      async handle({ c, caller, query }) {
        const rows = await attendance.list(deps.store, { owner: caller.owner, ...bounds(query), limit: mostRows })
        return c.body(attendanceCsv(rows.map(viewEntry)), 200, {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': 'attachment; filename="attendance.csv"',
          'cache-control': 'no-store',
        })
      },
    }),
    removal(deps),
  ]
}

function removal(deps: ApiDeps): Route {
  return defineRoute({
    method: 'delete',
    path: '/api/v1/kiosk/attendance',
    tag: 'Kiosk',
    summary: 'Forget who passed your kiosks',
    scope: 'admin',
    rate: 'status',
    query: period,
    answers: { 200: { description: 'How many rows are gone.', schema: z.object({ removed: z.int() }) } },
    async handle({ c, caller, query }) {
      const removed = await attendance.remove(deps.store, { owner: caller.owner, ...bounds(query) })
      const who = caller.key === null ? {} : { key: caller.key.id }
      await audit.record(deps.store, {
        owner: caller.owner,
        ...who,
        action: 'attendance forgotten',
        detail: { removed },
      })
      return c.json({ removed })
    },
  })
}
