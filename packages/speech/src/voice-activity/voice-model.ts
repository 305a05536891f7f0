import { AppError, type Placement } from '@hearth/contract'
import { floatData, floatTensor, type OnnxSession, openSession, type Tensor } from '@hearth/runtime/onnx'
import { vadWindow } from './speech-spans.ts'

/** Samples before each window that the model hears again. */
const context = 64
/** Windows of one run: about a second. */
const mostWindows = 32
const stateSize = 128

/** Silero's model in memory. */
export interface VoiceModel {
  /** Begins to listen to a sound. */
  listen(): Listener
  dispose(): Promise<void>
}

/** One sound on its way through the model. What it keeps does not grow. */
export interface Listener {
  /** How likely each window is speech that the next samples complete. */
  hear(samples: Float32Array): Promise<Float32Array>
  /** The last window, filled up with silence; empty where none was begun. */
  end(): Promise<Float32Array>
}

/** @throws AppError `model-broken` where it cannot be loaded, or is another model. */
export async function openVoiceModel(path: string, placement: Placement): Promise<VoiceModel> {
  const session = await openSession(path, placement)
  const [inputs, outputs] = [session.inputs, session.outputs].map(tensors => tensors.map(({ name }) => name).join())
  if (inputs !== 'input,h,c' || outputs !== 'speech_probs,hn,cn') {
    await session.dispose()
    throw new AppError('model-broken', `${path} has other inputs and outputs than silero_vad_16k_sequence.onnx`, {
      hint: 'Use that file of the Python package silero-vad, version 6 or later.',
    })
  }
  return { listen: () => listen(session), dispose: () => session.dispose() }
}

function listen(session: OnnxSession): Listener {
  /** Context of the next window, then samples that do not fill it yet. */
  let rest = new Float32Array(context)
  let state: { h: Tensor; c: Tensor } = { h: emptyState(), c: emptyState() }
  const run = async (samples: Float32Array, first: number, windows: number): Promise<Float32Array> => {
    const size = context + vadWindow
    const data = new Float32Array(windows * size)
    for (let window = 0; window < windows; window++) {
      const at = (first + window) * vadWindow
      data.set(samples.subarray(at, at + size), window * size)
    }
    const input = floatTensor('float32', data, [windows, size])
    const { speech_probs, hn, cn } = await session.run({ input, ...state })
    if (!speech_probs || !hn || !cn) throw new AppError('model-broken', 'the model of voices gave no likelihood')
    state = { h: hn, c: cn }
    return floatData(speech_probs)
  }
  const hear = async (samples: Float32Array): Promise<Float32Array> => {
    const all = new Float32Array(rest.length + samples.length)
    all.set(rest)
    all.set(samples, rest.length)
    const windows = Math.floor((all.length - context) / vadWindow)
    const likelihoods = new Float32Array(windows)
    for (let window = 0; window < windows; window += mostWindows) {
      likelihoods.set(await run(all, window, Math.min(mostWindows, windows - window)), window)
    }
    rest = all.slice(windows * vadWindow)
    return likelihoods
  }
  return {
    hear,
    async end() {
      const begun = rest.length - context
      return begun === 0 ? new Float32Array() : hear(new Float32Array(vadWindow - begun))
    },
  }
}

const emptyState = () => floatTensor('float32', new Float32Array(stateSize), [1, 1, stateSize])
