import { cp, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeAudio, encodePicture } from '@hearth/media'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'

interface Operation {
  parameters?: { name: string; in: string; required: boolean }[]
  requestBody?: { content: Record<string, { example?: unknown; examples?: Record<string, { value: unknown }> }> }
  responses: Record<string, unknown>
}

const starter = resolve(fileURLToPath(import.meta.url), '../../../../../models/starter/text-to-image')
let api: ApiUnderTest
let operations: { method: string; path: string; operation: Operation }[]
beforeAll(async () => {
  const prepare = (data: string) => cp(starter, join(data, 'models/removable'), { recursive: true })
  api = await startApi({ worker: true, prepare })
  const { paths } = await (await api.ask('/api/openapi.json')).json()
  operations = Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
})
afterAll(() => api.stop())

/** Things for the holes in addresses and examples to be about. */
async function things() {
  const data = new Uint8Array(64 * 64 * 3).fill(90)
  const picture = await encodePicture({ width: 64, height: 64, channels: 3, data }, { format: 'png' })
  const form = fileForm(picture)
  const upload = await (await api.ask('/api/v1/uploads', { method: 'POST', body: form })).json()
  const encoder = encodeAudio({ format: 'wav', sampleRate: 16_000 })
  await encoder.write(new Float32Array(8000))
  const sound = fileForm(await encoder.end())
  const recording = await (await api.ask('/api/v1/uploads', { method: 'POST', body: sound })).json()
  const done = await (await api.post('/api/v1/tasks/echo/jobs?wait=30', { input: { text: 'x' } })).json()
  const input = { text: 'x', steps: 2000, step_ms: 50, previews: true }
  const running = await (await api.post('/api/v1/tasks/echo/jobs', { input })).json()
  await until(
    'there is a preview',
    async () => (await api.ask(`/api/v1/jobs/${running.id}/preview`)).status,
    status => status === 200,
  )
  // A door is opened with the key of that name.
  await api.post('/api/v1/keys', { name: 'paint program' })
  const { key } = await (await api.post('/api/v1/keys', { name: 'to be revoked' })).json()
  const camera = { name: 'Door', source: 'rtsp://192.168.1.20/stream1', task: 'detect-objects' }
  const { id: cameraId } = await (await api.post('/api/v1/cameras', camera)).json()
  const people = await Promise.all(['stays', 'is merged', 'is erased'].map(enrol))
  return {
    people,
    upload: upload.id as string,
    recording: recording.id as string,
    running: running.id as string,
    done: done.id as string,
    key: key.id as string,
    camera: cameraId as string,
    form,
  }
}

function fileForm(bytes: Uint8Array): FormData {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(bytes)]), 'x')
  return form
}

async function enrol(name: string): Promise<{ id: string; face: string }> {
  const photo = await readFile(new URL('../../../../packages/testing/photos/astronaut.jpg', import.meta.url))
  const images = [`data:image/jpeg;base64,${photo.toString('base64')}`]
  const consent = { given_by: name, text_version: '1' }
  const answer = await api.post('/api/v1/people', { name, images, consent, keep_crop: true })
  const { person } = await answer.json()
  return { id: person.id, face: person.faces[0].id }
}

describe('every route of the description', () => {
  it('does what it says, with its own examples', async () => {
    const known = await things()
    const [stays, merged, erased] = known.people
    const fill = (path: string, method: string) => {
      if (path.startsWith('/api/v1/collections/')) return '/api/v1/collections/default'
      if (path.startsWith('/api/v1/people/{id}')) {
        const whole = method === 'DELETE' && path.endsWith('{id}')
        const person = path.endsWith('/merge') ? merged : whole ? erased : stays
        return path.replace('{id}', person?.id ?? '').replace('{face}', person?.face ?? '')
      }
      const job = /preview|cancel/.test(path) ? known.running : known.done
      const ids: Record<string, string> = {
        ...{ uploads: known.upload, keys: known.key, cameras: known.camera, models: 'removable' },
      }
      const id = path.endsWith('/pull') ? 'starter' : (ids[path.split('/')[3] ?? ''] ?? job)
      return path.replace('{task}', 'echo').replace('{name}', 'echo.txt').replace('{id}', id).replace('{port}', '7860')
    }
    const calls = operations.flatMap(({ method, path, operation }) => {
      const content = operation.requestBody?.content ?? {}
      const { example, examples } = content['application/json'] ?? {}
      const bodies = [
        ...(example === undefined ? [] : [example]),
        ...Object.values(examples ?? {}).map(({ value }) => value),
      ]
      // A task that has no example has nothing to be tried with.
      if (bodies.length === 0 && /\/tasks\/[^{]/.test(path) && operation.requestBody) return []
      return (bodies.length > 0 ? bodies : [undefined]).map(body => ({ method, path, body, operation }))
    })
    // What deletes comes last, and a sign-in needs no key.
    const order = ({ method, path }: { method: string; path: string }) =>
      method === 'DELETE' ? 2 : path.includes('cancel') ? 1 : 0
    const { models } = (await (await api.ask('/api/v1/models')).json()) as {
      models: { state: string; tasks: string[] }[]
    }
    const served = new Set(models.flatMap(({ state, tasks }) => (state === 'installed' ? tasks : [])))
    const answers: string[] = []
    for (const { method, path, body, operation } of calls.toSorted((a, b) => order(a) - order(b))) {
      const answer = await api.ask(fill(path, method), { method, ...bodyOf(path, body, known) })
      await answer.body?.cancel()
      // Some tasks have no weights among those that come with the checkout: then that is what is said.
      const task = /\/tasks\/([^/{]+)\//.exec(path)?.[1]
      const said =
        task === undefined || served.has(task)
          ? Object.keys(operation.responses).includes(String(answer.status))
          : answer.status === 404
      answers.push(`${said ? 'as said' : `NOT SAID ${answer.status}`}: ${method} ${path}`)
    }
    expect(answers.filter(answer => !answer.startsWith('as said'))).toEqual([])
    expect(answers.length).toBeGreaterThan(30)
  })
})

/** The example with real things in the place of made-up ones. */
function bodyOf(
  path: string,
  example: unknown,
  known: { upload: string; recording: string; form: FormData; people: { id: string }[] },
): RequestInit {
  if (path === '/api/v1/uploads') return { body: known.form }
  const generic = /\/tasks\/\{task\}\//.test(path) ? { input: { text: 'x' } } : example
  if (generic === undefined) return {}
  const text = JSON.stringify(path === '/api/v1/session' ? { key: api.key } : generic)
  const body = text
    .replaceAll('upload:example-recording', `upload:${known.recording}`)
    .replace(/upload:example-[a-z]+/g, `upload:${known.upload}`)
    .replace('00000000-0000-7000-8000-000000000000', known.people[0]?.id ?? '')
  return { body, headers: { 'content-type': 'application/json' } }
}
