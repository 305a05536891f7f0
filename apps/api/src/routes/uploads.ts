import { AppError } from '@hearth/contract'
import { uploads } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { readForm, smallBody } from '../http/body.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { sendFile } from '../http/send-file.ts'
import { bodyLimit } from '../intake/read-order.ts'
import { storeMedia } from '../intake/store-media.ts'

const uploadView = z.object({
  id: z.string().meta({ description: 'Used in inputs as upload:<id>.' }),
  mime: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  width: z.int().nullable(),
  height: z.int().nullable(),
})
const uploadId = z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/) })

/** Pictures, videos and sound to be used as inputs. */
export function uploadRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/v1/uploads',
      tag: 'Uploads',
      summary: 'Upload a picture, video or sound',
      scope: 'tasks',
      rate: 'status',
      described: {
        schema: z.object({ file: z.file().meta({ description: 'The picture, video or sound.' }) }),
        form: true,
      },
      answers: { 201: { description: 'Checked and kept.', schema: uploadView } },
      async handle({ c, caller }) {
        const { fields } = await readForm(c, Math.max(bodyLimit(deps), deps.config.maxVideo + smallBody))
        const file = fields.map(([, value]) => value).find(value => value instanceof File)
        if (!file) {
          throw new AppError('invalid-input', 'the form has no file', {
            path: ['file'],
            hint: 'Send it as the part "file".',
          })
        }
        const bytes = new Uint8Array(await file.arrayBuffer())
        return c.json(await storeMedia(deps, caller.owner, undefined, bytes), 201)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/uploads/{id}',
      tag: 'Uploads',
      summary: 'Read an upload',
      scope: 'tasks',
      rate: 'status',
      params: uploadId,
      answers: { 200: { description: 'The file.', mime: 'image/png' } },
      async handle({ c, caller, params }) {
        const row = await uploads.get(deps.store, { id: params.id, owner: caller.owner })
        if (!row) throw new AppError('not-found', `there is no upload ${params.id}`)
        const path = deps.files.uploadPath(row.id)
        return sendFile(c, { path, mime: row.mime, etag: `"${row.sha256}"`, name: row.id })
      },
    }),
  ]
}
