import { AppError } from '@hearth/contract'
import type { Item } from './items.ts'

/**
 * Cuts a spoken item where the client stopped playing it. Its words are cut in proportion, at the end of a word.
 * @throws AppError `invalid-input` for an item without sound, or shorter sound.
 */
export function truncateItem(item: Item, audio_end_ms: number): void {
  const part = item.type === 'message' && item.role === 'assistant' ? item.content[0] : undefined
  if (part?.type !== 'audio') {
    throw new AppError('invalid-input', `the item ${item.id} was not spoken by the model`, { path: ['item_id'] })
  }
  if (audio_end_ms > part.milliseconds) {
    const text = `the item ${item.id} has ${part.milliseconds} ms of sound, less than ${audio_end_ms}`
    throw new AppError('invalid-input', text, { path: ['audio_end_ms'] })
  }
  const words = part.transcript ?? ''
  const share = part.milliseconds === 0 ? 0 : audio_end_ms / part.milliseconds
  part.transcript = share === 1 ? words : wordsWithin(words, share * words.length)
  part.milliseconds = audio_end_ms
}

function wordsWithin(text: string, length: number): string {
  const segments = [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)]
  return segments
    .filter(({ index, segment }) => index + segment.length <= length)
    .map(({ segment }) => segment)
    .join('')
    .trimEnd()
}
