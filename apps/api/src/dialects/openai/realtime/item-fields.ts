import { AppError } from '@hearth/contract'
import { wavHeader } from '@hearth/media'
import { z } from 'zod'
import { type Item, type ItemPart, newName } from '../../../realtime/items.ts'
import { hearingRate, millisecondsOf, readSound, type SoundFormat } from '../../../realtime/sound-format.ts'

const part = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['input_text', 'output_text', 'text']), text: z.string() }),
  z.object({
    type: z.enum(['input_audio', 'output_audio', 'audio']),
    audio: z.base64('expected sound in base64').optional(),
    transcript: z.string().nullish(),
  }),
  z.object({ type: z.literal('input_image'), image_url: z.string().startsWith('data:', 'expected a data URL') }),
])

const id = z.string().min(1).max(100).optional()

/** An item as a client makes it. Fields that the server fills in are let through. */
export const wishedItem = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    id,
    role: z.enum(['user', 'system', 'assistant']),
    content: z.array(part).min(1).max(100),
  }),
  z.object({
    type: z.literal('function_call'),
    id,
    call_id: z.string().min(1).optional(),
    name: z.string().min(1),
    arguments: z.string(),
  }),
  z.object({ type: z.literal('function_call_output'), id, call_id: z.string().min(1), output: z.string() }),
])
type WishedItem = z.output<typeof wishedItem>

/** Of the input of one answer: one of the conversation's, or one that is only there. */
export const wishedInput = z.array(
  z.union([z.object({ type: z.literal('item_reference'), id: z.string().min(1) }), wishedItem]),
)

/** An item, and the sound of its parts that nobody has written down, as WAV files. */
export function itemOf(wish: WishedItem, format: SoundFormat): { item: Item; sounds: Uint8Array[] } {
  const head = { id: wish.id ?? newName('item'), status: 'completed' as const }
  if (wish.type === 'function_call') {
    const { type, name, call_id = newName('call'), arguments: json } = wish
    return { item: { ...head, type, call_id, name, arguments: json }, sounds: [] }
  }
  if (wish.type === 'function_call_output') {
    const { type, call_id, output } = wish
    return { item: { ...head, type, call_id, output }, sounds: [] }
  }
  const { type, role } = wish
  const parts = wish.content.map(given => partOf(given, format))
  const item: Item = { ...head, type, role, content: parts.map(({ part }) => part) }
  return { item, sounds: parts.flatMap(({ sound }) => sound ?? []) }
}

function partOf(given: z.output<typeof part>, format: SoundFormat): { part: ItemPart; sound?: Uint8Array } {
  if ('text' in given) return { part: { type: 'text', text: given.text } }
  if ('image_url' in given) return { part: { type: 'image', image: given.image_url } }
  const { audio, transcript } = given
  if (transcript != null) return { part: { type: 'audio', transcript, milliseconds: 0 } }
  if (audio === undefined || audio === '') {
    throw new AppError('invalid-input', 'expected sound or its transcript', { path: ['item', 'content', 'audio'] })
  }
  const reader = readSound(format)
  const samples = [reader.write(Buffer.from(audio, 'base64')), reader.end()]
  const bytes = Buffer.concat(
    samples.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  )
  const milliseconds = millisecondsOf(bytes.length / 2)
  const sound = Buffer.concat([wavHeader(hearingRate, bytes.length), bytes])
  return { part: { type: 'audio', transcript: null, milliseconds }, sound }
}
