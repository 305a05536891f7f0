import { humanBytes } from '@hearth/models'
import type { Hono } from 'hono'
import type { ApiDeps } from '../../deps.ts'
import type { Env } from '../../http/env.ts'
import type { ErrorAnswer } from '../../http/errors.ts'
import { admit } from '../admit.ts'
import type { Dialect } from '../dialect.ts'
import { serveEmbeddings } from './embeddings.ts'
import { openaiErrorBody, openaiStatus } from './error-body.ts'
import { tasksOfKind } from './model-kinds.ts'
import { modelList, usableModel } from './model-list.ts'
import { serveModerations } from './moderations.ts'
import { editOrder, generationOrder, variationOrder } from './picture-order.ts'
import { serveClientSecret } from './realtime/client-secrets.ts'
import { createRealtimeSocket } from './realtime/realtime-socket.ts'
import { serveRerank } from './rerank.ts'
import { cancelResponse, listInputItems, readResponse, removeResponse } from './responses-kept.ts'
import { serveChat } from './serve-chat.ts'
import { serveCompletions } from './serve-completions.ts'
import { type PictureRoute, servePictures } from './serve-pictures.ts'
import { serveResponses } from './serve-responses.ts'
import { serveTranscription } from './serve-transcription.ts'
import { serveSpeech } from './speech.ts'
import { mountVoices } from './voices.ts'

const error: ErrorAnswer = (c, error) => c.json(openaiErrorBody(error), openaiStatus(error))

const generation: PictureRoute = { order: generationOrder, kind: 'image_generation' }
const edit: PictureRoute = { order: editOrder, kind: 'image_edit' }
const variation: PictureRoute = { order: variationOrder, kind: 'image_generation', preset: { prompt: '' } }

/** SiliconFlow's and Jina's, llama.cpp's, Cohere's. */
const rerankPaths = ['/v1/rerank', '/rerank', '/v2/rerank']

function mount(app: Hono<Env>, deps: ApiDeps): void {
  const pictures: [string, PictureRoute][] = [
    ['/v1/images/generations', generation],
    // One of the proxies that clients were written for has the singular.
    ['/v1/image/generations', generation],
    ['/v1/images/edits', edit],
    ['/v1/images/variations', variation],
  ]
  for (const [path, route] of pictures) app.post(path, c => servePictures(deps, c, route, error))

  app.post('/v1/chat/completions', c => serveChat(deps, c, error))
  app.post('/v1/responses', c => serveResponses(deps, c, error))
  app.get('/v1/responses/:id', c => readResponse(deps, c))
  app.delete('/v1/responses/:id', c => removeResponse(deps, c))
  app.post('/v1/responses/:id/cancel', c => cancelResponse(deps, c))
  app.get('/v1/responses/:id/input_items', c => listInputItems(deps, c))
  app.post('/v1/completions', c => serveCompletions(deps, c, error))
  app.post('/v1/audio/speech', c => serveSpeech(deps, c))
  mountVoices(app, deps)
  app.post('/v1/audio/transcriptions', c => serveTranscription(deps, c, 'transcribe', error))
  app.post('/v1/audio/translations', c => serveTranscription(deps, c, 'translate', error))
  app.post('/v1/realtime/client_secrets', c => serveClientSecret(deps, c))
  app.post('/v1/embeddings', c => serveEmbeddings(deps, c, error))
  app.post('/v1/moderations', c => serveModerations(deps, c, error))
  for (const path of rerankPaths) app.post(path, c => serveRerank(deps, c, error))

  app.get('/v1/models', async c => {
    await admit(deps, c, 'status')
    const tasks = deps.tasks.filter(({ capability }) => capability !== 'system').map(({ id }) => id)
    const { type, sub_type } = c.req.query()
    return c.json(modelList(await deps.models.list(), tasksOfKind(tasks, type, sub_type)))
  })
  app.get('/v1/models/:model{.+}', async c => {
    await admit(deps, c, 'status')
    return c.json(usableModel(await deps.models.get(c.req.param('model')), humanBytes))
  })
}

/** OpenAI's and SiliconFlow's chats, responses, completions, embeddings, moderations, reranking, pictures, speech, transcriptions and models. */
export const dialect: Dialect = {
  id: 'openai',
  title: 'OpenAI and SiliconFlow',
  owns: path => path === '/v1' || path.startsWith('/v1/') || rerankPaths.includes(path),
  mount,
  error,
  sockets: deps => ({ '/v1/realtime': createRealtimeSocket(deps) }),
}
