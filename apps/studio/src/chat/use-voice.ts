import { AppError, type ErrorReport, type ModelView } from '@hearth/contract'
import { isMaking, type Listening, readData, readFrames, type Speaking, type VoiceDesk } from '@hearth/ui'
import { useMemo } from 'react'
import { request, requestStream } from '../api/client.ts'
import { useModels } from '../api/queries.ts'
import type { Draft } from '../create/draft.ts'
import { usePanelsOf } from '../frame/panels.tsx'
import { chosenModel } from '../models/chosen-model.ts'
import { readStored } from '../settings/stored.ts'
import { openSamplePlayer } from './sample-player.ts'

/** Speech is clear at this rate, and every voice can be had at it. */
const sampleRate = 24_000

interface Server {
  task: string
  model: string
}

/** Speech by the models of this machine: those last chosen on the page of speech, else those meant for it. */
export function useVoice(): VoiceDesk {
  const panels = usePanelsOf('speak')
  const models = useModels().data
  return useMemo(() => {
    const making = panels.filter(isMaking)
    const ear = making.find(panel => panel.listening !== undefined)
    const mouth = making.find(panel => panel.speaking !== undefined)
    const hears = ear && serverOf(ear.task, models)
    const speaks = mouth && serverOf(mouth.task, models)
    const { listening } = ear ?? {}
    const { speaking } = mouth ?? {}
    return {
      listen: hears && listening ? (recording, signal) => listen(hears, listening, recording, signal) : null,
      speak: speaks && speaking ? (text, signal) => speak(speaks, speaking, text, signal) : null,
    }
  }, [panels, models])
}

function serverOf(task: string, models: readonly ModelView[] = []): Server | undefined {
  const serving = models.filter(model => model.tasks.includes(task))
  const chosen = chosenModel(serving, task, readStored<Draft>(`draft.${task}`)?.model)
  return chosen ? { task, model: chosen.id } : undefined
}

async function listen({ task, model }: Server, listening: Listening, recording: File, signal: AbortSignal) {
  const body = new FormData()
  body.append(listening.field, recording, recording.name)
  body.append('model', model)
  const { output } = await request<{ output: unknown }>(`/tasks/${task}/run`, { method: 'POST', body, signal })
  return listening.text(output).trim()
}

/** Sound begins with the first sentence. @throws AppError; aborted, it ends without a word. */
async function speak({ task, model }: Server, speaking: Speaking, text: string, signal: AbortSignal): Promise<void> {
  const player = openSamplePlayer(sampleRate)
  const stopped = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
  try {
    const body = { input: speaking.input(text, sampleRate), model }
    const stream = await requestStream(`/tasks/${task}/run`, { method: 'POST', body, signal })
    for await (const frame of readFrames(stream)) {
      if (frame.event === 'chunk') player.add(speaking.samples(readData(frame)))
      if (frame.event === 'error') throw AppError.from(readData<{ error: ErrorReport }>(frame).error)
    }
    await Promise.race([player.ended(), stopped])
  } catch (thrown) {
    if (!signal.aborted) throw thrown
  } finally {
    await player.close()
  }
}
