import type { Dialect } from '../dialect.ts'
import { errorAnswer } from './error-answer.ts'
import { serveCount, serveMessages } from './serve-messages.ts'

/** Anthropic's messages. Its clients find the models where OpenAI's do: that list has the words of both. */
export const dialect: Dialect = {
  id: 'anthropic',
  title: 'Anthropic',
  owns: path => path === '/v1/messages' || path.startsWith('/v1/messages/'),
  mount(app, deps) {
    app.post('/v1/messages', c => serveMessages(deps, c))
    app.post('/v1/messages/count_tokens', c => serveCount(deps, c))
  },
  error: errorAnswer,
}
