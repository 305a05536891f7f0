import {
  collectionView,
  consentDigest,
  consentText,
  enrol,
  enrolment,
  erase,
  exportPerson,
  merge,
  personExport,
  personView,
  viewPerson,
} from '@hearth/faces/people'
import { people } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { currentEmbedder } from '../people/current-embedder.ts'
import { askerOf, personId, showPerson } from '../people/own-person.ts'
import {
  collectionName,
  consentInput,
  later,
  newPerson,
  personName,
  pictureReaders,
  readEnrolment,
  shownPerson,
} from '../people/read-enrolment.ts'
import { collectionRoutes } from './collections.ts'
import { faceRoutes, searchRoute } from './faces.ts'

const filter = z.object({
  collection: collectionName.optional(),
  text: z.string().max(200).optional().meta({ description: 'Words that all occur in the name.' }),
  embedder: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Only those who have no face of this embedder and need to be enrolled again for it.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional().meta({ description: '`next_cursor` of the page before.' }),
})
const change = z
  .object({
    name: personName.optional(),
    collection: collectionName.optional(),
    consent: consentInput.optional(),
    expires_at: later.nullable().optional(),
  })
  .refine(body => Object.keys(body).length > 0, 'expected something to change')
const person = { description: 'The person.', schema: personView }

/** People who are to be recognised. Everything of them belongs to the owner of the key. */
export function peopleRoutes(deps: ApiDeps): Route[] {
  return [
    ...listingRoutes(deps),
    enrolRoute(deps),
    searchRoute(deps),
    ...collectionRoutes(deps),
    ...oneRoutes(deps),
    ...changingRoutes(deps),
    ...faceRoutes(deps),
  ]
}

function listingRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/people',
      tag: 'People',
      summary: 'List people, by name',
      scope: 'tasks',
      rate: 'status',
      query: filter,
      answers: {
        200: {
          description: 'One page, and how many there are in each collection.',
          schema: z.object({
            people: z.array(personView),
            next_cursor: z.string().nullable(),
            collections: z.array(collectionView.pick({ name: true, people: true, faces: true })),
          }),
        },
      },
      async handle({ c, caller, query }) {
        const { owner } = caller
        const { embedder, text, ...rest } = query
        const current = await currentEmbedder(deps, owner, embedder)
        const found = await people.list(deps.store, {
          ...rest,
          owner,
          ...(text === undefined ? {} : { text: text.replaceAll('\0', '').toWellFormed() }),
          ...(embedder === undefined || current === undefined ? {} : { without: current }),
        })
        const counted = await people.collections(deps.store, { owner })
        return c.json({
          people: found.people.map(row => viewPerson(row, row.faces, current)),
          next_cursor: found.next_cursor,
          collections: counted.map(({ name, people, faces }) => ({ name, people, faces })),
        })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/people/consent-text',
      tag: 'People',
      summary: 'The text that a person is asked to agree to',
      description: 'For pages that have none of their own. Its version is named when a person is enrolled.',
      scope: 'tasks',
      rate: 'status',
      answers: {
        200: {
          description: 'In each language.',
          schema: z.object({
            version: z.string(),
            purpose: z.string(),
            text: z.record(z.string(), z.string()),
            text_digest: z.string(),
          }),
        },
      },
      handle: ({ c }) => c.json({ ...consentText, text_digest: consentDigest }),
    }),
  ]
}

function enrolRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/api/v1/people',
    tag: 'People',
    summary: 'Enrol a person',
    description:
      'From one or more pictures of their face. Each is judged by itself; why one is refused is said. The pictures are not ' +
      'kept. As JSON or as a form, there with parts named `images` and the consent as JSON.',
    scope: 'tasks',
    rate: 'generate',
    described: { schema: shownPerson, form: true },
    example: {
      name: 'Ada Lovelace',
      images: ['upload:example-face'],
      consent: { given_by: 'Ada Lovelace', text_version: consentText.version },
    },
    answers: {
      201: { description: 'The person, and what was made of each picture.', schema: enrolment },
      422: { description: 'No picture was good enough: nobody was enrolled.', schema: enrolment },
    },
    async handle({ c, caller }) {
      const body = await readEnrolment(deps, c, newPerson)
      const { name, collection, consent, expires_at, images, keep_crop, model } = body
      const result = await enrol(deps.people, askerOf(caller), {
        name,
        collection,
        consent,
        expiresAt: expires_at ?? null,
        pictures: pictureReaders(deps, caller.owner, images),
        keepCrop: keep_crop,
        model,
        signal: c.req.raw.signal,
      })
      return c.json(result, result.person === null ? 422 : 201)
    },
  })
}

function oneRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/people/{id}',
      tag: 'People',
      summary: 'Look at a person',
      scope: 'tasks',
      rate: 'status',
      params: personId,
      answers: { 200: person },
      handle: async ({ c, caller, params }) => c.json(await showPerson(deps, caller.owner, params.id)),
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/people/{id}/export',
      tag: 'People',
      summary: 'Everything that is held about a person',
      description: 'With vectors, pictures and what was done. The export itself is noted.',
      scope: 'tasks',
      rate: 'status',
      params: personId,
      answers: { 200: { description: 'To be handed to the person.', schema: personExport } },
      async handle({ c, caller, params }) {
        const current = await currentEmbedder(deps, caller.owner, undefined)
        const held = await exportPerson(deps.people, askerOf(caller), { id: params.id, current })
        c.header('content-disposition', `attachment; filename="person-${params.id}.json"`)
        return c.json(held)
      },
    }),
  ]
}

function changingRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'patch',
      path: '/api/v1/people/{id}',
      tag: 'People',
      summary: 'Change name, collection, consent or expiry',
      scope: 'tasks',
      rate: 'status',
      params: personId,
      body: change,
      example: { name: 'Ada King' },
      answers: { 200: person },
      async handle({ c, caller, params, body }) {
        const { expires_at, name, collection, consent } = body
        const entry = {
          ...askerOf(caller),
          person: params.id,
          action: 'changed' as const,
          detail: { fields: Object.keys(body) },
        }
        const columns = {
          ...(name === undefined ? {} : { name }),
          ...(collection === undefined ? {} : { collection }),
          ...(consent === undefined ? {} : { consent }),
          ...(expires_at === undefined ? {} : { expiresAt: expires_at }),
        }
        await people.update(deps.store, { id: params.id, owner: caller.owner, ...columns }, entry)
        return c.json(await showPerson(deps, caller.owner, params.id))
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/v1/people/{id}',
      tag: 'People',
      summary: 'Erase a person',
      description:
        'Vectors, pictures and their key, at once and for good: what older backups hold of them cannot be read any more.',
      scope: 'tasks',
      rate: 'status',
      params: personId,
      answers: { 204: { description: 'Nothing is left but an entry in the log.' } },
      async handle({ c, caller, params }) {
        await erase(deps.people, askerOf(caller), { id: params.id })
        return c.body(null, 204)
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/people/{id}/merge',
      tag: 'People',
      summary: 'Two entries are one person',
      description: 'The faces go to the other entry; this one is erased.',
      scope: 'tasks',
      rate: 'status',
      params: personId,
      body: z.object({ into: z.uuid().meta({ description: 'Id of the entry that stays.' }) }),
      example: { into: '00000000-0000-7000-8000-000000000000' },
      answers: { 200: { ...person, description: 'The entry that stays.' } },
      async handle({ c, caller, params, body }) {
        await merge(deps.people, askerOf(caller), { id: params.id, into: body.into })
        return c.json(await showPerson(deps, caller.owner, body.into))
      },
    }),
  ]
}
