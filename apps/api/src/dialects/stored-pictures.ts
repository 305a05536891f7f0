import { AppError } from '@hearth/contract'
import type { Message } from '@hearth/language/message-fields'
import type { ApiDeps } from '../deps.ts'
import { toReference } from '../intake/store-media.ts'

/** Messages whose pictures are references. @throws AppError naming the picture that cannot be taken. */
export function withStoredPictures(deps: ApiDeps, owner: string, messages: readonly Message[]): Promise<Message[]> {
  const stored = async <T extends Message['content'][number]>(part: T): Promise<T> => {
    if (part.type === 'image') return { ...part, image: await storePicture(deps, owner, part.image) }
    if (part.type !== 'tool_result') return part
    return { ...part, content: await Promise.all(part.content.map(stored)) }
  }
  return Promise.all(
    messages.map(async message => ({ ...message, content: await Promise.all(message.content.map(stored)) })),
  )
}

async function storePicture(deps: ApiDeps, owner: string, picture: string): Promise<string> {
  try {
    return await toReference(deps, owner, 'image', picture)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw AppError.from({ ...error.report(), message: `messages: ${error.message}`, path: ['messages'] })
  }
}
