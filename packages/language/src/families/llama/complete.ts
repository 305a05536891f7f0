import { type Executor, perform } from '@hearth/contract'
import { task } from '../../complete/spec.ts'
import { answer } from './answers.ts'
import { requireRoom } from './generate.ts'
import type { Loaded } from './library.ts'
import type { Seats } from './seats.ts'

export function complete(loaded: Loaded, seats: Seats): Executor<never> {
  return perform(task, ({ prompt, ...sampling }, context) => {
    const { model } = loaded
    const tokens = model.tokenize(prompt)
    if (model.tokens.shouldPrependBosToken && model.tokens.bos !== null) tokens.unshift(model.tokens.bos)
    requireRoom(loaded, tokens.length, 'prompt')
    return answer(loaded, seats, { tokens, sampling }, context, index => {
      let text = ''
      return {
        say(piece, logprobs) {
          text += piece
          context.chunk({ type: 'text', index, text: piece, ...(logprobs.length > 0 ? { logprobs } : {}) })
        },
        end({ finish_reason, stop_sequence, logprobs }) {
          const ending = { finish_reason, stop_sequence }
          context.chunk({ type: 'finish', index, ...ending })
          return { index, text, ...ending, ...(sampling.top_logprobs === undefined ? {} : { logprobs }) }
        },
      }
    })
  })
}
