import { type Executor, perform } from '@hearth/contract'
import { task } from '../../count-tokens/spec.ts'
import type { ChatTemplate } from './chat-template.ts'
import type { Loaded } from './library.ts'
import { promptTokens } from './prompt.ts'

export function countTokens(loaded: Loaded, template: ChatTemplate): Executor<never> {
  return perform(task, async (conversation, context) => {
    const { tokens } = promptTokens(loaded, template, conversation)
    context.progress(1, 1)
    return { prompt_tokens: tokens.length }
  })
}
