import { AppError } from '@hearth/contract'
import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp'

/** The places for conversations in a context. What was computed for one stays in its place until another needs it. */
export interface Seats {
  /** Lends a free place, the one that knows most of the begin of `tokens`, for as long as `use` runs. */
  lend<T>(tokens: readonly Token[], use: (sequence: LlamaContextSequence) => Promise<T>): Promise<T>
}

export function createSeats(context: LlamaContext): Seats {
  const free = Array.from({ length: context.totalSequences }, () => context.getSequence())
  return {
    async lend(tokens, use) {
      const seat = mostAlike(free, tokens)
      // As many runs are let in as there are places.
      if (!seat) throw new AppError('device-busy', 'all places for conversations are taken')
      free.splice(free.indexOf(seat), 1)
      try {
        return await use(seat)
      } finally {
        // In front: of places that know equally little, the one that was left longest ago is last.
        free.unshift(seat)
      }
    },
  }
}

function mostAlike(free: readonly LlamaContextSequence[], tokens: readonly Token[]): LlamaContextSequence | undefined {
  let best: { seat: LlamaContextSequence; alike: number } | undefined
  for (const seat of free) {
    const alike = commonLength(seat.contextTokens, tokens)
    if (!best || alike >= best.alike) best = { seat, alike }
  }
  return best?.seat
}

function commonLength(a: readonly Token[], b: readonly Token[]): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}
