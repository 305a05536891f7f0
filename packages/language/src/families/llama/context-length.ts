import type { Checkpoint } from '@hearth/contract'

/** Conversations that are computed at the same time, each with a context of its own. */
export const conversations = 4

const usual = 4096

/** Tokens that a conversation may have, question and answer together; never more than the model was trained for. */
export function contextLength({ defaults }: Pick<Checkpoint, 'defaults'>): number {
  const given = defaults.context_length
  return typeof given === 'number' ? given : usual
}
