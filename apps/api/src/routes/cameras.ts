import { AppError } from '@hearth/contract'
import { cameras } from '@hearth/store'
import { z } from 'zod'
import { requireSource, shownSource } from '../cameras/camera-source.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { toReference } from '../intake/store-media.ts'
import { lookingTask, requireOptions } from '../live-lane/check-frame.ts'

const fields = z.strictObject({
  name: z.string().trim().min(1).max(100),
  source: z.string().max(2000).meta({
    description:
      'rtsp:// or rtsps:// with user and password, or upload:<id> of a video, which is played over and over.',
  }),
  task: z.string().max(100).meta({ description: 'A task that looks at one picture.' }),
  model: z.string().max(200).nullable().meta({ description: 'Null: the default of the task.' }),
  options: z.record(z.string(), z.json()).meta({ description: 'Other fields of the task.' }),
  fps: z.number().min(0.1).max(30).meta({ description: 'Pictures that are looked at in a second, at most.' }),
  enabled: z.boolean(),
})
const newCamera = fields
  .partial({ model: true, options: true, fps: true, enabled: true })
  .meta({ description: 'A camera.' })
const cameraView = fields.extend({
  id: z.string(),
  source: z.string().meta({ description: 'Without its password.' }),
  created_at: z.iso.datetime(),
})
const cameraId = z.object({ id: z.string().max(100) })
const common = { tag: 'Cameras', rate: 'status' } as const
function exampleOf({ tasks }: ApiDeps) {
  const task = tasks.find(({ capability, lanes }) => capability === 'recognise' && lanes.includes('live'))
  return { name: 'Front door', source: 'rtsp://user:secret@192.168.1.20/stream1', task: task?.id }
}

function view({ owner: _, createdAt, source, ...row }: cameras.CameraRow): z.input<typeof cameraView> {
  return { ...row, source: shownSource(source), created_at: createdAt.toISOString() }
}

const gone = (id: string) => new AppError('not-found', `there is no camera ${id}`)

/** Gives the field that takes the pictures. @throws AppError naming what is wrong. */
async function check(
  deps: ApiDeps,
  owner: string,
  camera: Pick<cameras.CameraRow, 'source' | 'task' | 'model' | 'options'>,
) {
  requireSource(camera.source)
  if (!/^rtsps?:/.test(camera.source)) await toReference(deps, owner, 'video', camera.source)
  const { task, field } = lookingTask(deps, camera.task)
  requireOptions(task, field, camera.options)
  if (camera.model !== null) await deps.models.resolve(camera.task, camera.model)
  return field.name
}

/** Streams that a worker looks at while somebody watches (`watch` in the namespace `/live`). */
export function cameraRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: '/api/v1/cameras',
      summary: 'List cameras',
      scope: 'tasks',
      answers: { 200: { description: 'Oldest first.', schema: z.object({ cameras: z.array(cameraView) }) } },
      async handle({ c, caller }) {
        return c.json({ cameras: (await cameras.list(deps.store, caller.owner)).map(view) })
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/api/v1/cameras',
      summary: 'Register a camera',
      description:
        'A camera is read by a worker, from inside its network, and only while somebody watches: that is why this ' +
        'takes the scope admin. Its password is never shown again.',
      scope: 'admin',
      body: newCamera,
      example: exampleOf(deps),
      answers: { 201: { description: 'Registered.', schema: cameraView } },
      async handle({ c, caller, body }) {
        const camera = { model: null, options: {}, fps: 5, enabled: true, ...body }
        await check(deps, caller.owner, camera)
        return c.json(view(await cameras.create(deps.store, { ...camera, owner: caller.owner })), 201)
      },
    }),
    defineRoute({
      ...common,
      method: 'patch',
      path: '/api/v1/cameras/{id}',
      summary: 'Change a camera',
      scope: 'admin',
      params: cameraId,
      body: fields.partial(),
      example: { enabled: false },
      answers: { 200: { description: 'As it is now.', schema: cameraView } },
      async handle({ c, caller, params, body }) {
        const key = { id: params.id, owner: caller.owner }
        const before = await cameras.get(deps.store, key)
        if (!before) throw gone(params.id)
        const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
        const field = await check(deps, caller.owner, { ...before, ...given })
        const camera = await cameras.change(deps.store, key, given)
        if (!camera) throw gone(params.id)
        deps.cameras.changed(camera.id, { camera, field })
        return c.json(view(camera))
      },
    }),
    defineRoute({
      ...common,
      method: 'delete',
      path: '/api/v1/cameras/{id}',
      summary: 'Remove a camera',
      scope: 'admin',
      params: cameraId,
      answers: { 204: { description: 'Removed.' } },
      async handle({ c, caller, params }) {
        if (!(await cameras.remove(deps.store, { id: params.id, owner: caller.owner }))) throw gone(params.id)
        deps.cameras.changed(params.id, undefined)
        return c.body(null, 204)
      },
    }),
  ]
}
