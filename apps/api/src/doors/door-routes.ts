import { AppError } from '@hearth/contract'
import { audit, keys } from '@hearth/store'
import { z } from 'zod'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { dialects } from '../dialects/dialects.generated.ts'
import { defineRoute, type Route } from '../http/route.ts'
import type { Door } from './door-keeper.ts'
import { addDoor, findKey, readDoors, removeDoor } from './stored-doors.ts'

const port = z.int().min(1).max(65535)
const doorView = z.object({
  dialect: z.string(),
  port,
  key: z.object({ id: z.string(), name: z.string().nullable() }),
  url: z.string(),
  open: z.boolean(),
  reason: z.string().nullable().meta({ description: 'Why it is not open; null if it is.' }),
})
const newDoor = z.object({
  dialect: z.string().max(100),
  port: port.min(1024).meta({ description: 'On 127.0.0.1.' }),
  key: z.string().min(1).max(100).meta({ description: 'Name or id of the key whose rights it has.' }),
})

async function view(deps: ApiDeps, { dialect, port, key }: Door): Promise<z.infer<typeof doorView>> {
  const name = (await keys.list(deps.store)).find(({ id }) => id === key)?.name ?? null
  const reason = deps.doors.fault(port) ?? null
  return { dialect, port, key: { id: key, name }, url: `http://127.0.0.1:${port}`, open: reason === null, reason }
}

/** Doors: ports that speak one dialect without asking for a key. */
export function doorRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/doors',
      tag: 'Doors',
      summary: 'List the doors',
      scope: 'admin',
      rate: 'status',
      answers: { 200: { description: 'All doors.', schema: z.object({ doors: z.array(doorView) }) } },
      async handle({ c }) {
        const doors = await readDoors(deps.store)
        return c.json({ doors: await Promise.all(doors.map(door => view(deps, door))) })
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/doors',
      tag: 'Doors',
      summary: 'Open a door',
      description:
        'A port on this machine that speaks one dialect with the rights of one key, for programs that cannot send one. ' +
        'Whoever can reach that port has those rights.',
      scope: 'admin',
      rate: 'status',
      body: newDoor,
      example: { dialect: 'a1111', port: 7860, key: 'paint program' },
      answers: { 201: { description: 'The door.', schema: doorView } },
      async handle({ c, caller, body }) {
        const known = dialects.map(({ id }) => id)
        if (!known.includes(body.dialect)) {
          throw new AppError('invalid-input', `dialect: there is no dialect ${body.dialect}`, {
            path: ['dialect'],
            hint: `There are ${known.join(', ')}.`,
          })
        }
        const key = await findKey(deps.store, body.key, caller.owner)
        const door = { dialect: body.dialect, port: body.port, key: key.id }
        await addDoor(deps.store, door)
        await record(deps, caller, 'door opened', door)
        await deps.doors.refresh()
        return c.json(await view(deps, door), 201)
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/v1/doors/{port}',
      tag: 'Doors',
      summary: 'Close a door',
      scope: 'admin',
      rate: 'status',
      params: z.object({ port: z.coerce.number().pipe(port) }),
      answers: { 204: { description: 'It is closed.' } },
      async handle({ c, caller, params }) {
        await removeDoor(deps.store, params.port)
        await record(deps, caller, 'door closed', { port: params.port })
        await deps.doors.refresh()
        return c.body(null, 204)
      },
    }),
  ]
}

async function record(deps: ApiDeps, caller: Caller, action: string, detail: Partial<Door>): Promise<void> {
  const who = caller.key === null ? {} : { key: caller.key.id }
  await audit.record(deps.store, { owner: caller.owner, ...who, action, detail: { ...detail } })
}
