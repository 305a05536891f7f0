import { AppError, type Checkpoint, type Family } from '@hearth/contract'
import type { Logger } from '@hearth/log'
import type { Models } from '@hearth/models'
import { describeError } from '../describe-error.ts'
import type { Residents } from '../residents.ts'

/** Runs that belong together, such as the frames of one camera. */
export interface LiveStream {
  stream: string
  task: string
  /** Id of the checkpoint. */
  model: string
}

export interface Chosen {
  checkpoint: Checkpoint
  family: Family
}

export interface StreamsOptions {
  models: Pick<Models, 'resolve'>
  families: readonly Family[]
  residents: Pick<Residents, 'hold'>
  log: Logger
}

/** The open streams: each holds its model in memory. */
export interface Streams {
  /** What a stream runs with; opens it unless it is open. @throws AppError */
  weights(stream: LiveStream): Promise<Chosen>
  /** Closing what is not open is no error. */
  close(stream: string): void
}

interface OpenStream extends LiveStream {
  chosen: Promise<Chosen>
  chosenAt: number
  letGo(): void
}

/** Milliseconds after which a stream looks again which weights its model has on disk. */
const lookAgain = 5_000

export function createStreams(options: StreamsOptions): Streams {
  const { residents, log } = options
  const streams = new Map<string, OpenStream>()

  function open({ stream, task, model }: LiveStream): OpenStream {
    const known = streams.get(stream)
    if (known?.task === task && known.model === model) return known
    if (known) throw new AppError('conflict', `the stream ${stream} is open for ${known.task} with ${known.model}`)
    const chosen = chooseModel(options, task, model)
    const opened = { stream, task, model, chosen, chosenAt: performance.now(), letGo: residents.hold(model, stream) }
    streams.set(stream, opened)
    return opened
  }

  return {
    weights(wanted) {
      const stream = open(wanted)
      if (performance.now() - stream.chosenAt <= lookAgain) return stream.chosen
      stream.chosenAt = performance.now()
      // Weights that were replaced are found in the background, so that no frame waits for the disk.
      chooseModel(options, stream.task, stream.model).then(
        chosen => {
          stream.chosen = Promise.resolve(chosen)
        },
        error => log.warn({ model: stream.model, reason: describeError(error) }, 'a stream goes on with old weights'),
      )
      return stream.chosen
    },
    close(stream) {
      streams.get(stream)?.letGo()
      streams.delete(stream)
    },
  }
}

export async function chooseModel(
  { models, families }: Pick<StreamsOptions, 'models' | 'families'>,
  task: string,
  model: string,
): Promise<Chosen> {
  const checkpoint = await models.resolve(task, model)
  const family = families.find(family => family.id === checkpoint.family)
  if (!family) throw new AppError('internal', `there is no family ${checkpoint.family}`)
  return { checkpoint, family }
}
