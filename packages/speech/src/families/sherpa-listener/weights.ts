import { AppError } from '@hearth/contract'
import type { HearingWeights } from '../../sherpa/library.ts'
import { filesOf, pick, readTokens, required } from '../../sherpa/model-folder.ts'
import { checkedMetadata, describeOnnx, type OnnxFile, requireShape } from '../../sherpa/onnx-file.ts'
import { nemoCtc, nemoTransducer, paraformer, senseVoice, transducerDecoder, whisper } from './metadata.ts'

/** Weights that were checked. */
export interface FoundWeights {
  /** For a language that was asked for; the model tells it itself where none was. */
  weights(language: string | undefined): HearingWeights
  tokens: string
  /** Codes of what it can be asked for; absent: nothing in the files says it. */
  languages?: readonly string[]
  /** Whether it tells when words were said. */
  timed: boolean
}

interface Folder {
  dir: string
  names: readonly string[]
}

/**
 * Finds the weights of a folder by its files and by what these say of themselves, and checks all that sherpa reads: it ends
 * the process over what it misses.
 * @throws AppError `model-broken`, with the file and what is wrong with it.
 */
export async function findWeights(dir: string): Promise<FoundWeights> {
  const folder = { dir, names: await filesOf(dir) }
  const tokens = required(dir, folder.names, /^([\w.-]+-)?tokens\.txt$/, 'tokens.txt')
  const vocabulary = Math.max(...(await readTokens(tokens)).values()) + 1
  const { size, ...found } = await findGraphs(folder)
  if (size === undefined || vocabulary >= size) return { ...found, tokens }
  throw new AppError('model-broken', `${tokens} has ${vocabulary} tokens, where the model wants ${size}`, {
    hint: 'Take tokens.txt from where the model is from.',
  })
}

/** `size`: tokens that there must be. */
type Graphs = Omit<FoundWeights, 'tokens'> & { size?: number }

function findGraphs(folder: Folder): Promise<Graphs> {
  const has = (pattern: RegExp) => pick(folder.names, pattern) !== undefined
  if (has(/^preprocess.*\.onnx$/)) return findMoonshine(folder)
  if (has(/^joiner.*\.onnx$/)) return findTransducer(folder)
  if (has(/encoder.*\.onnx$/)) return findWhisper(folder)
  return findSingle(folder)
}

/** Describes the file that fits. */
async function graph(
  { dir, names }: Folder,
  pattern: RegExp,
  what: string,
  shape: { inputs: number; outputs: number },
): Promise<OnnxFile> {
  const found = await describeOnnx(required(dir, names, pattern, what))
  requireShape(found, shape)
  return found
}

async function findMoonshine(folder: Folder): Promise<Graphs> {
  const moonshine = {
    preprocessor: (await graph(folder, /^preprocess.*\.onnx$/, 'preprocess.onnx', { inputs: 1, outputs: 1 })).path,
    encoder: (await graph(folder, /^encode.*\.onnx$/, 'encode.onnx', { inputs: 2, outputs: 1 })).path,
    uncachedDecoder: (
      await graph(folder, /^uncached_decode.*\.onnx$/, 'uncached_decode.onnx', { inputs: 3, outputs: 2 })
    ).path,
    cachedDecoder: (await graph(folder, /^cached_decode.*\.onnx$/, 'cached_decode.onnx', { inputs: 4, outputs: 2 }))
      .path,
  }
  return { weights: () => ({ moonshine }), timed: false }
}

async function findTransducer(folder: Folder): Promise<Graphs> {
  const encoder = await graph(folder, /^encoder.*\.onnx$/, 'the encoder', { inputs: 2, outputs: 2 })
  const joiner = await graph(folder, /^joiner.*\.onnx$/, 'the joiner', { inputs: 2, outputs: 1 })
  const isNemo = encoder.metadata.model_type?.startsWith('EncDec') === true
  const shape = isNemo ? { inputs: 4, outputs: 4 } : { inputs: 1, outputs: 1 }
  const decoder = await graph(folder, /^decoder.*\.onnx$/, 'the decoder', shape)
  const transducer = { encoder: encoder.path, decoder: decoder.path, joiner: joiner.path }
  if (isNemo) {
    // The blank is not counted.
    const size = checkedMetadata(nemoTransducer, encoder).vocab_size + 1
    return { weights: () => ({ transducer, modelType: 'nemo_transducer' }), size, timed: true }
  }
  requireKind(encoder, ['conformer', 'zipformer', 'zipformer2'])
  const size = checkedMetadata(transducerDecoder, decoder).vocab_size
  return { weights: () => ({ transducer }), size, timed: true }
}

async function findWhisper(folder: Folder): Promise<Graphs> {
  const encoder = await graph(folder, /encoder.*\.onnx$/, 'the encoder', { inputs: 1, outputs: 2 })
  const decoder = await graph(folder, /decoder.*\.onnx$/, 'the decoder', { inputs: 6, outputs: 3 })
  const { is_multilingual, all_language_codes = '' } = checkedMetadata(whisper, encoder)
  const languages = is_multilingual === 0 ? ['en'] : all_language_codes.split(',')
  return {
    languages,
    timed: false,
    weights: (language = '') => ({
      whisper: {
        encoder: encoder.path,
        decoder: decoder.path,
        language: is_multilingual === 0 ? '' : language,
        task: 'transcribe',
      },
    }),
  }
}

/** One file, whose kind its metadata tell. */
async function findSingle(folder: Folder): Promise<Graphs> {
  const found = await graph(folder, /^model.*\.onnx$/, 'the model', { inputs: 2, outputs: 1 })
  const model = found.path
  const { model_type: kind = '', lang_auto } = found.metadata
  if (lang_auto !== undefined) {
    requireShape(found, { inputs: 4, outputs: 1 })
    const { vocab_size: size } = checkedMetadata(senseVoice, found)
    return {
      languages: ['zh', 'en', 'ja', 'ko', 'yue'],
      weights: (language = '') => ({ senseVoice: { model, language, useInverseTextNormalization: 1 } }),
      size,
      timed: true,
    }
  }
  if (kind === 'paraformer') {
    requireShape(found, { inputs: 2, outputs: 2 })
    return {
      weights: () => ({ paraformer: { model } }),
      size: checkedMetadata(paraformer, found).vocab_size,
      timed: found.outputs.length > 2,
    }
  }
  if (kind.startsWith('EncDec')) {
    return {
      weights: () => ({ nemoCtc: { model } }),
      size: checkedMetadata(nemoCtc, found).vocab_size + 1,
      timed: true,
    }
  }
  requireKind(found, ['zipformer2_ctc'])
  requireShape(found, { inputs: 2, outputs: 2 })
  return { weights: () => ({ zipformerCtc: { model } }), timed: true }
}

function requireKind({ name, metadata }: OnnxFile, kinds: readonly string[]): void {
  const { model_type: kind } = metadata
  if (kind !== undefined && kinds.includes(kind)) return
  const said = kind === undefined ? 'does not say what it is' : `is of the kind ${JSON.stringify(kind.slice(0, 60))}`
  throw new AppError('model-broken', `${name} ${said}: it cannot be listened with`, {
    hint: 'Take SenseVoice, Paraformer, Moonshine, Whisper, a CTC model or a transducer that was converted for sherpa-onnx.',
  })
}
