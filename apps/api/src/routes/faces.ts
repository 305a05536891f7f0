import { addPictures, enrolment, readCrop, recognition } from '@hearth/faces/people'
import { people } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { findTask } from '../intake/accept-job.ts'
import { runOrder } from '../intake/run-order.ts'
import { askerOf, personId } from '../people/own-person.ts'
import {
  newPictures,
  pictureReaders,
  readEnrolment,
  searchInput,
  shownPictures,
  shownSearch,
} from '../people/read-enrolment.ts'

const faceId = personId.extend({ face: z.uuid() })

/** Who is in a picture. Before the routes of one person: `search` is no id. */
export function searchRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/api/v1/people/search',
    tag: 'People',
    summary: 'Who is in a picture',
    description: 'Answered at once; nothing is stored. The same as running the task that recognises faces.',
    scope: 'tasks',
    rate: 'generate',
    described: { schema: shownSearch, form: true },
    example: { image: 'upload:example-face' },
    answers: {
      200: { description: 'Each face, with the person where one is near enough.', schema: recognition.output },
    },
    async handle({ c, caller }) {
      const { model, ...input } = await readEnrolment(deps, c, searchInput)
      const task = findTask(deps, recognition.task)
      const { output } = await runOrder(deps, caller, { task, input, model }, c.req.raw.signal)
      return c.json(recognition.output.parse(output))
    },
  })
}

/** The faces of a person. */
export function faceRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/v1/people/{id}/faces',
      tag: 'People',
      summary: 'Add pictures to a person',
      scope: 'tasks',
      rate: 'generate',
      params: personId,
      described: { schema: shownPictures, form: true },
      example: { images: ['upload:example-face'] },
      answers: {
        201: { description: 'The person, and what was made of each picture.', schema: enrolment },
        422: { description: 'No picture was good enough: nothing was added.', schema: enrolment },
      },
      async handle({ c, caller, params }) {
        const { images, keep_crop, model } = await readEnrolment(deps, c, newPictures)
        const result = await addPictures(deps.people, askerOf(caller), {
          id: params.id,
          pictures: pictureReaders(deps, caller.owner, images),
          keepCrop: keep_crop,
          model,
          signal: c.req.raw.signal,
        })
        return c.json(result, result.person === null ? 422 : 201)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/people/{id}/faces/{face}/crop',
      tag: 'People',
      summary: 'The small picture of a face',
      description: 'Where it was to be kept.',
      scope: 'tasks',
      rate: 'status',
      params: faceId,
      answers: { 200: { description: 'The upright face.', mime: 'image/jpeg' } },
      async handle({ c, caller, params }) {
        const crop = await readCrop(deps.people, { owner: caller.owner, ...params })
        return c.body(new Uint8Array(crop), 200, { 'content-type': 'image/jpeg', 'cache-control': 'private, no-store' })
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/v1/people/{id}/faces/{face}',
      tag: 'People',
      summary: 'Remove one face of a person',
      description: 'To remove all that is held about somebody, erase the person.',
      scope: 'tasks',
      rate: 'status',
      params: faceId,
      answers: { 204: { description: 'It is no longer searched for.' } },
      async handle({ c, caller, params }) {
        const entry = { ...askerOf(caller), person: params.id, action: 'face removed' as const }
        await people.removeFace(deps.store, { ...params, owner: caller.owner }, entry)
        return c.body(null, 204)
      },
    }),
  ]
}
