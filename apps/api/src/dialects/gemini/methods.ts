import { randomUUID } from 'node:crypto'
import { task as chat } from '@hearth/language/chat/spec'
import { task as countTokens } from '@hearth/language/count-tokens/spec'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import type { ApiContext } from '../../http/env.ts'
import { presentable } from '../../http/errors.ts'
import { streamAnswer } from '../../live/sse.ts'
import { patientJson } from '../patient-json.ts'
import { type ChatOrder, runChat, streamChat } from '../run-chat.ts'
import { runPatiently } from '../run-patiently.ts'
import { withStoredPictures } from '../stored-pictures.ts'
import { streamText } from '../stream-text.ts'
import { type AnswerOptions, geminiAnswer } from './answer.ts'
import { createAnswerStream } from './answer-stream.ts'
import { chatInput, countInput } from './chat-input.ts'
import { type EmbedInput, embedInput, embedTask, readEmbeddings } from './embeddings.ts'
import { geminiError, geminiErrorBody } from './error-body.ts'
import { readRequest } from './google-json.ts'
import { countRequest, countWrapper, embedBatch, embedRequest, generateRequest } from './wire.ts'

/** A request to do something with a model. */
export interface Asked {
  deps: ApiDeps
  c: ApiContext
  caller: Caller
  /** As the path names it. */
  model: string
  body: unknown
}

/** What can be done with a model, by the name that stands behind the colon of the path. */
export const methods: Record<string, (asked: Asked) => Promise<Response>> = {
  async generateContent(asked) {
    const { deps, c, caller } = asked
    const { order, options } = await readOrder(asked)
    const work = runChat(deps, caller, order, c.req.raw.signal).then(({ output }) => geminiAnswer(output, options))
    return patientJson(c, deps, { work, error: geminiError })
  },

  async streamGenerateContent(asked) {
    const { deps, c, caller } = asked
    const { order, options } = await readOrder(asked)
    const events = await streamChat(deps, caller, order, c.req.raw.signal)
    const pieces = createAnswerStream(options)
    const fault = (thrown: unknown) => JSON.stringify(geminiErrorBody(presentable(thrown, c, deps.log)))
    if (c.req.query('alt') === 'sse') {
      const frames = (texts: string[]) => texts.map(data => ({ data }))
      const write = (event: Parameters<typeof pieces>[0]) => frames(pieces(event).map(piece => JSON.stringify(piece)))
      return streamAnswer(events, write, thrown => frames([fault(thrown)]))
    }
    let next = '['
    const item = (json: string) => {
      const text = `${next}${json}`
      next = ',\r\n'
      return text
    }
    return streamText(events, {
      contentType: 'application/json; charset=utf-8',
      write: event =>
        pieces(event)
          .map(piece => item(JSON.stringify(piece)))
          .join(''),
      fault: thrown => item(fault(thrown)),
      last: ']',
    })
  },

  async countTokens(asked) {
    const { deps, c, caller, model, body } = asked
    const { generateContentRequest } = readRequest(countWrapper, body)
    const input = countInput(readRequest(countRequest, generateContentRequest ?? body))
    const answer = await runPatiently(deps, caller, { task: countTokens.id, model, input }, c.req.raw.signal)
    return c.json({ totalTokens: countTokens.output.parse(answer.output).prompt_tokens })
  },

  async embedContent(asked) {
    const [embedding] = await embed(asked, embedInput([readRequest(embedRequest, asked.body)]))
    return asked.c.json({ embedding })
  },

  async batchEmbedContents(asked) {
    const { requests } = readRequest(embedBatch, asked.body)
    return asked.c.json({ embeddings: await embed(asked, embedInput(requests)) })
  },
}

async function readOrder({ deps, caller, model, body }: Asked): Promise<{ order: ChatOrder; options: AnswerOptions }> {
  const request = readRequest(generateRequest, body)
  const { messages, ...rest } = chatInput(request)
  const input = { ...rest, messages: await withStoredPictures(deps, caller.owner, messages) }
  const checkpoint = await deps.models.resolve(chat.id, model)
  const thoughts = request.generationConfig?.thinkingConfig?.includeThoughts === true
  return {
    order: { model: checkpoint.id, input },
    options: { model: checkpoint.id, responseId: randomUUID(), thoughts },
  }
}

async function embed({ deps, c, caller, model }: Asked, input: EmbedInput) {
  const { output } = await runPatiently(deps, caller, { task: embedTask, model, input }, c.req.raw.signal)
  return readEmbeddings(output)
}
