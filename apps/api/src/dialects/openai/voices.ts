import { AppError } from '@hearth/contract'
import type { Hono } from 'hono'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { readBody, readJson } from '../../http/body.ts'
import type { ApiContext, Env } from '../../http/env.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { toBytes } from '../../intake/store-media.ts'
import { addVoice, eraseVoice, listVoices } from '../../voices/voices.ts'
import { admit } from '../admit.ts'
import { readWish } from './chat-wish.ts'
import { fieldsOfForm } from './picture-wish.ts'
import { voiceId, voiceUri } from './voice-uri.ts'

/** Bytes of a recording: half a minute as it may come from a studio. */
const mostBytes = 20 * 2 ** 20

const address = z.string().regex(/^(data:|https?:)/i, 'expected a data URL or an https URL')

const upload = z
  .object({
    model: z.string().min(1).max(200),
    customName: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, underscores or hyphens'),
    text: z
      .string()
      .max(2000)
      .refine(text => /[\p{L}\p{N}]/u.test(text), 'expected what is said in the recording, word for word'),
    file: z.union([z.instanceof(File), address], 'expected a file').optional(),
    audio: z.union([z.instanceof(File), address], 'expected a data URL').optional(),
    /** Clients of SiliconFlow say nothing of it: whoever uploads a voice answers for its speaker. */
    consent: z
      .union([z.literal(true), z.literal('true')], 'the speaker has to agree before a voice may be kept')
      .optional(),
  })
  .refine(({ file, audio }) => (file ?? audio) !== undefined, { path: ['file'], message: 'expected a file, or audio' })

/** The origin's clients send either. */
const chosen = z
  .object({ uri: z.string().min(1).optional(), id: z.string().min(1).optional() })
  .transform(({ uri, id }, context) => {
    const given = uri ?? id
    if (given !== undefined) return given
    context.addIssue({ code: 'custom', path: ['uri'], message: 'expected the uri of a voice' })
    return z.NEVER
  })

/** SiliconFlow's paths for voices of one's own, and those of a proxy that clients were written for. */
export function mountVoices(app: Hono<Env>, deps: ApiDeps): void {
  for (const path of ['/v1/uploads/audio/voice', '/v1/audio/reference']) app.post(path, c => keepVoice(deps, c))
  for (const path of ['/v1/audio/voice/list', '/v1/audio/reference']) app.get(path, c => sendVoices(deps, c))
  for (const path of ['/v1/audio/voice/deletions', '/v1/audio/reference/delete']) {
    app.post(path, c => removeVoice(deps, c))
  }
}

async function keepVoice(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const caller = await admit(deps, c, 'generate')
  // In base64 a third longer.
  const body = await readBody(c, Math.min(bodyLimit(deps), 1.4 * mostBytes))
  const { model, customName, text, file, audio } = readWish(
    upload,
    body.kind === 'json' ? body.value : fieldsOfForm(body.fields.filter(([, value]) => value !== '')),
  )
  const field = file === undefined ? 'audio' : 'file'
  try {
    const bytes = await toBytes(deps, file ?? audio ?? '', mostBytes)
    if (bytes.byteLength > mostBytes) throw new AppError('too-large', `a recording has ${mostBytes} bytes at most`)
    const voice = await addVoice(deps, caller, { name: customName, model, said: text, bytes })
    return c.json({ uri: voiceUri(voice, caller.owner), id: voice.id })
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.path !== undefined) throw thrown
    throw aboutRecording(thrown, field)
  }
}

/** What is wrong with the sound is said of the field that it came in. */
function aboutRecording(thrown: AppError, field: string): AppError {
  const isSound = ['invalid-input', 'unsupported-media', 'too-large'].includes(thrown.code)
  if (!isSound) return thrown
  const report = thrown.report()
  return AppError.from({ ...report, message: `${field}: ${report.message}`, path: [field] })
}

async function sendVoices(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const caller = await admit(deps, c, 'status')
  const results = (await listVoices(deps, caller)).map(voice => ({
    model: voice.model,
    customName: voice.name,
    text: voice.said ?? '',
    uri: voiceUri(voice, caller.owner),
    id: voice.id,
  }))
  // The documents of SiliconFlow have both names.
  return c.json({ results, result: results })
}

async function removeVoice(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const caller = await admit(deps, c, 'status')
  const uri = readWish(chosen, await readJson(c))
  await eraseVoice(deps, caller, voiceId(uri))
  return c.json({ ok: true })
}
