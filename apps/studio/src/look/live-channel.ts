import type { ErrorReport } from '@hearth/contract'
import type { LiveAnswer, LiveChannel, LiveListener } from '@hearth/ui/seeing'
import { askLive } from './ask-live.ts'

/** Frames to a task and answers back, over the namespace `/live`. Opens a new stream after each interruption. */
export function openLiveChannel(task: string, model: string, options: object, listener: LiveListener): LiveChannel {
  let stream: string | null = null
  const { socket, close } = askLive<{ stream: string }>({
    event: 'open',
    message: { task, model, options },
    onReply(opened) {
      stream = opened.stream
      listener.onOpen()
    },
    onProblem: listener.onProblem,
    onLost() {
      stream = null
      listener.onLost()
    },
  })
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
      if (stream !== null) socket.emit('close', stream)
      close()
    },
  }
}
