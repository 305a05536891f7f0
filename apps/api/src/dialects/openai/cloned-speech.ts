import { AppError } from '@hearth/contract'
import { task as cloneVoice } from '@hearth/speech/clone-voice/spec'
import { z } from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { openVoice } from '../../voices/voices.ts'
import { isVoiceUri, voiceId } from './voice-uri.ts'

/** A recording that comes with the request and is not kept. */
export const references = z
  .array(z.object({ audio: z.string().min(1), text: z.string().min(1) }))
  .max(1, 'expected one recording: a voice is that of one')

/** What of a request says that a voice is to be copied. */
interface Wish {
  voice?: string | null | undefined
  references?: z.output<typeof references> | null | undefined
}

/** Fields of the task's input for the voice that is to be copied; undefined where none is. */
interface Cloned {
  task: string
  voice: { reference: string | Uint8Array; reference_text: string; consent: true }
}

/**
 * The voice of a recording that was uploaded before, or that comes with the request. Clients of this dialect say nothing of
 * consent: whoever sends a recording answers for its speaker.
 * @throws AppError `not-found`, for another owner's voice too.
 */
export async function clonedVoice(deps: ApiDeps, caller: Caller, wish: Wish): Promise<Cloned | undefined> {
  const [given] = wish.references ?? []
  if (given) {
    return { task: cloneVoice.id, voice: { reference: given.audio, reference_text: given.text, consent: true } }
  }
  if (!isVoiceUri(wish.voice ?? '')) return undefined
  try {
    const { sound, said } = await openVoice(deps, caller, voiceId(wish.voice ?? ''))
    return { task: cloneVoice.id, voice: { reference: sound, reference_text: said, consent: true } }
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'not-found') throw thrown
    const report = thrown.report()
    throw AppError.from({ ...report, message: `voice: ${report.message}`, path: ['voice'] })
  }
}
