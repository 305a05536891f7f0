import type { Load } from '@hearth/contract'
import { task as chatTask } from '../../chat/spec.ts'
import { task as completeTask } from '../../complete/spec.ts'
import { task as countTokensTask } from '../../count-tokens/spec.ts'
import { chat } from './chat.ts'
import { openChatTemplate } from './chat-template.ts'
import { complete } from './complete.ts'
import { countTokens } from './count-tokens.ts'
import { loadModel } from './library.ts'
import { createSeats } from './seats.ts'

export const load: Load = async (checkpoint, placement) => {
  const loaded = await loadModel(checkpoint, placement)
  const { model, context, llama } = loaded
  const seats = createSeats(context)
  const template = openChatTemplate(model.fileInfo.metadata.tokenizer.chat_template, {
    bos: model.tokens.bosString ?? '',
    eos: model.tokens.eosString ?? '',
  })
  return {
    tasks: {
      [chatTask.id]: chat(loaded, seats, template),
      [completeTask.id]: complete(loaded, seats),
      [countTokensTask.id]: countTokens(loaded, template),
    },
    // Frees the model and its context, too.
    dispose: () => llama.dispose(),
  }
}
