import type { ErrorReport } from '@hearth/contract'
import type { LiveAnswer, LiveChannel, LiveListener } from '@hearth/ui/seeing'
import { io } from 'socket.io-client'

type Opened = { stream: string } | { error: ErrorReport }

/** Frames to a task and answers back, over the namespace `/live`. Opens a new stream after each interruption. */
export function openLiveChannel(task: string, model: string, options: object, listener: LiveListener): LiveChannel {
  const socket = io('/live', { transports: ['websocket'], withCredentials: true, reconnectionDelayMax: 3000 })
  let stream: string | null = null
  let reopening: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    socket.emit('open', { task, model, options }, (reply: Opened) => {
      if ('stream' in reply) {
        stream = reply.stream
        listener.onOpen()
        return
      }
      listener.onProblem(reply.error)
      if (reply.error.retryable) reopening = setTimeout(open, (reply.error.retry_after ?? 2) * 1000)
    })
  }
  socket.on('connect', open)
  socket.on('disconnect', () => {
    stream = null
    clearTimeout(reopening)
    listener.onLost()
  })
  socket.on('connect_error', () => listener.onLost())
  socket.on('answer', (answer: LiveAnswer & { stream: string }) => {
    if (answer.stream === stream) listener.onAnswer(answer)
  })
  socket.on('problem', (told: { stream?: string; error: ErrorReport }) => {
    if (told.stream === undefined || told.stream === stream) listener.onProblem(told.error)
  })
  return {
    send(frame, bytes) {
      socket.volatile.emit('frame', stream, frame, bytes)
    },
    close() {
      clearTimeout(reopening)
      if (stream !== null) socket.emit('close', stream)
      socket.close()
    },
  }
}
