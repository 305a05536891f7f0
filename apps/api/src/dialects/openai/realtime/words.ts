import type { ItemPart } from '../../../realtime/items.ts'
import type { ResponseView } from '../../../realtime/news.ts'
import type { Session } from '../../../realtime/session.ts'

/** The words of one generation of this protocol. */
export interface Words {
  /** What is wished of a session, or of one answer, over what holds. @throws AppError `invalid-input`. */
  change(session: Session, wish: unknown): Session
  session(session: Session): object
  /** Beside what all answers have. */
  response(response: ResponseView, session: Session): object
  /** How a part of a message is called there. */
  part(role: 'user' | 'system' | 'assistant', part: ItemPart): string
  types: {
    sessionUpdated(session: Session): string
    /** Of an item's begin; the older generation told it once. */
    itemAdded: string
    itemDone: string | undefined
    text: string
    transcript: string
    audio: string
  }
}
