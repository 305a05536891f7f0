import { AppError } from '@hearth/contract'
import { Template } from '@huggingface/jinja'
import type { Message, Tool } from '../../message-fields.ts'
import { type CallFormat, callFormatOf, hermes } from './call-format.ts'
import { templateMessages } from './template-messages.ts'

/** Turns a conversation into the text that a model was trained on. */
export interface ChatTemplate {
  /** @throws AppError `invalid-input` where the template does not take this conversation. */
  render(messages: readonly Message[], options: RenderOptions): string
  /** Whether it says of itself what tools there are. */
  readonly tools: boolean
  /** How it has its model write calls of them. */
  readonly calls: CallFormat
}

export interface RenderOptions {
  tools?: readonly Tool[]
  /** Whether to think first; undefined leaves it to the template. */
  reasoning?: boolean | undefined
}

/** As the models of the ChatML kind have it, for those whose file has no template. */
const chatml =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"

/**
 * @param source a template of Jinja, as `tokenizer.chat_template` of GGUF holds it.
 * @param special the texts of the tokens with which every text begins and ends.
 */
export function openChatTemplate(source: string | undefined, special: { bos: string; eos: string }): ChatTemplate {
  const text = source ?? chatml
  const template = new Template(text)
  const tools = /\btools\b/.test(text)
  return {
    tools,
    calls: tools ? callFormatOf(text) : hermes,
    render(messages, { tools: given = [], reasoning }) {
      try {
        return template.render({
          messages: templateMessages(messages),
          add_generation_prompt: true,
          bos_token: special.bos,
          eos_token: special.eos,
          ...(tools && given.length > 0 ? { tools: given.map(templateTool) } : {}),
          ...(reasoning === undefined ? {} : { enable_thinking: reasoning }),
        })
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause)
        throw new AppError('invalid-input', `this model's template does not take the conversation: ${reason}`, {
          path: ['messages'],
          hint: 'Most want one system message at the begin, then user and assistant by turns.',
          cause,
        })
      }
    },
  }
}

/** A tool as OpenAI's clients, and after them all templates, write it. */
export function templateTool({ name, description = '', parameters }: Tool) {
  return { type: 'function', function: { name, description, parameters } }
}
