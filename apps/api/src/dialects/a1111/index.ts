import { workers } from '@hearth/store'
import type { Hono } from 'hono'
import type { Caller } from '../../auth/caller.ts'
import type { RateClass } from '../../auth/rate-limit.ts'
import type { ApiDeps } from '../../deps.ts'
import { readJson } from '../../http/body.ts'
import type { ApiContext, Env } from '../../http/env.ts'
import { aliveMaxAge } from '../../intake/check-fit.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import type { Dialect } from '../dialect.ts'
import { patientJson } from '../patient-json.ts'
import { drawFromPicture, drawFromText, samplerIds } from './draw.ts'
import { drawingAnswer } from './drawing-answer.ts'
import { pictureWish, readWish, textWish } from './drawing-wish.ts'
import { a1111Error } from './error-answer.ts'
import { extraImage, pngInfo } from './extras.ts'
import { fixedLists, memoryView } from './lists.ts'
import { drawingModels, modelList } from './model-titles.ts'
import { changeOptions, shownOptions } from './options.ts'
import { interrupt, progressView } from './progress.ts'
import { samplerList, schedulerList } from './sampler-names.ts'

type Answer = (caller: Caller, c: ApiContext) => unknown

function mount(app: Hono<Env>, deps: ApiDeps): void {
  const route = (method: 'get' | 'post', path: string, rate: RateClass, answer: Answer) =>
    app.on(method.toUpperCase(), path, async c => {
      const caller = await admit(deps, c, rate)
      return patientJson(c, deps, { work: Promise.resolve(answer(caller, c)), error: a1111Error })
    })
  const get = (name: string, answer: Answer) => route('get', `/sdapi/v1/${name}`, 'status', answer)
  const post = (name: string, rate: RateClass, answer: Answer) => route('post', `/sdapi/v1/${name}`, rate, answer)
  const body = (c: ApiContext) => readJson(c, bodyLimit(deps))

  post('txt2img', 'generate', async (caller, c) => {
    const wish = readWish(textWish, await body(c))
    return drawingAnswer(deps, wish, await drawFromText({ deps, caller, signal: c.req.raw.signal }, wish))
  })
  post('img2img', 'generate', async (caller, c) => {
    const wish = readWish(pictureWish, await body(c))
    return drawingAnswer(deps, wish, await drawFromPicture({ deps, caller, signal: c.req.raw.signal }, wish))
  })
  get('progress', (caller, c) => progressView(deps, caller, c.req.query('skip_current_image') !== 'true'))
  for (const name of ['interrupt', 'skip']) {
    post(name, 'status', async caller => {
      await interrupt(deps, caller)
      return name === 'interrupt' ? {} : null
    })
  }
  get('options', caller => shownOptions(deps, caller))
  post('options', 'status', async (caller, c) => {
    await changeOptions(deps, caller, await body(c))
    return null
  })
  get('sd-models', async () => modelList(await drawingModels(deps)))
  // The disk is looked at every time.
  for (const name of ['refresh-checkpoints', 'refresh-vae', 'refresh-loras']) post(name, 'status', () => null)
  get('samplers', () => samplerList(samplerIds(deps)))
  get('schedulers', () => schedulerList())
  get('memory', async () => memoryView(await workers.alive(deps.store, aliveMaxAge)))
  post('png-info', 'status', async (caller, c) => pngInfo(deps, caller.owner, await body(c)))
  post('extra-single-image', 'generate', async (caller, c) => extraImage(deps, caller.owner, await body(c)))
  for (const [path, list] of Object.entries(fixedLists)) route('get', `/${path}`, 'status', () => list)
}

/** AUTOMATIC1111's web API for pictures. */
export const dialect: Dialect = {
  id: 'a1111',
  title: 'AUTOMATIC1111',
  owns: path => path.startsWith('/sdapi/') || path.startsWith('/controlnet/'),
  mount,
  error: a1111Error,
}
