import type { ErrorReport } from '@hearth/contract'
import { io, type Socket } from 'socket.io-client'

export interface LiveQuestion<Reply> {
  event: string
  message: object
  onReply(reply: Reply): void
  onProblem(problem: ErrorReport): void
  /** Nothing comes until `onReply` is called again. */
  onLost(): void
}

/** A connection to the namespace `/live` that asks once, and again after each interruption and each refusal that passes. */
export function askLive<Reply extends object>(question: LiveQuestion<Reply>): { socket: Socket; close(): void } {
  const socket = io('/live', { transports: ['websocket'], withCredentials: true, reconnectionDelayMax: 3000 })
  let asking: ReturnType<typeof setTimeout> | undefined
  const ask = () => {
    socket.emit(question.event, question.message, (reply: (Reply & { error?: never }) | { error: ErrorReport }) => {
      if (reply.error === undefined) {
        question.onReply(reply)
        return
      }
      question.onProblem(reply.error)
      if (reply.error.retryable) asking = setTimeout(ask, (reply.error.retry_after ?? 2) * 1000)
    })
  }
  socket.on('connect', ask)
  socket.on('disconnect', () => {
    clearTimeout(asking)
    question.onLost()
  })
  socket.on('connect_error', () => question.onLost())
  return {
    socket,
    close() {
      clearTimeout(asking)
      socket.close()
    },
  }
}
