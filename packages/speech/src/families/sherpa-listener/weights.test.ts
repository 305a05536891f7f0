import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { metadataProps } from '../../sherpa/onnx-metadata.ts'
import { field } from '../../sherpa/protobuf.ts'
import { findWeights } from './weights.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hearth-listener-'))
})
afterEach(() => rm(dir, { recursive: true }))
const path = (name: string) => join(dir, name)

/** A graph with so many inputs and outputs that computes nothing: what it says of itself is all that is looked at. */
function graph(name: string, [inputs, outputs]: [number, number], metadata: Record<string, string> = {}) {
  const named = (number: number, count: number) =>
    Array.from({ length: count }, (_, at) => field(number, [field(1, `${number}-${at}`)]))
  const props = Object.entries(metadata).map(([key, value]) => field(metadataProps, [field(1, key), field(2, value)]))
  return writeFile(path(name), Buffer.concat([field(7, [...named(11, inputs), ...named(12, outputs)]), ...props]))
}
const tokens = (count: number, name = 'tokens.txt') =>
  writeFile(path(name), Array.from({ length: count }, (_, at) => `t${at} ${at}\n`).join(''))
const broken = (text: string) => ({ code: 'model-broken', message: expect.stringContaining(text) })

describe('weights are found by what they say of themselves:', () => {
  it('a transducer of NeMo, which does not count its blank', async () => {
    await graph('decoder.int8.onnx', [4, 4])
    await graph('joiner.int8.onnx', [2, 1])
    const about = { model_type: 'EncDecRNNTBPEModel', vocab_size: '1024', subsampling_factor: '8' }
    const whole = { ...about, normalize_type: 'per_feature', pred_rnn_layers: '2', pred_hidden: '640' }
    await graph('encoder.int8.onnx', [2, 2], about)
    await tokens(1024)
    await expect(findWeights(dir)).rejects.toMatchObject(
      broken('encoder.int8.onnx is not as it should be: normalize_type'),
    )
    await graph('encoder.int8.onnx', [2, 2], whole)
    await expect(findWeights(dir)).rejects.toMatchObject(broken('1024 tokens, where the model wants 1025'))
    await tokens(1025)
    const found = await findWeights(dir)
    expect(found.timed).toBe(true)
    expect(found.weights('en')).toEqual({
      transducer: {
        encoder: path('encoder.int8.onnx'),
        decoder: path('decoder.int8.onnx'),
        joiner: path('joiner.int8.onnx'),
      },
      modelType: 'nemo_transducer',
    })
  })

  it('a zipformer, of which the 8-bit files are taken', async () => {
    await graph('encoder-epoch-99.onnx', [2, 2], { model_type: 'zipformer2' })
    await graph('encoder-epoch-99.int8.onnx', [2, 2], { model_type: 'zipformer2' })
    await graph('decoder-epoch-99.onnx', [1, 1], { vocab_size: '500' })
    await graph('joiner-epoch-99.onnx', [2, 1])
    await tokens(500)
    await expect(findWeights(dir)).rejects.toMatchObject(broken('context_size'))
    await graph('decoder-epoch-99.onnx', [1, 1], { vocab_size: '500', context_size: '2' })
    const { weights } = await findWeights(dir)
    expect(weights(undefined)).toEqual({
      transducer: {
        encoder: path('encoder-epoch-99.int8.onnx'),
        decoder: path('decoder-epoch-99.onnx'),
        joiner: path('joiner-epoch-99.onnx'),
      },
    })
  })

  it('Paraformer and CTC models, by their one file', async () => {
    const numbers = (count: number) => new Array(count).fill('0.5').join(',')
    const stacked = { lfr_window_size: '7', lfr_window_shift: '6', neg_mean: numbers(560), inv_stddev: numbers(560) }
    await tokens(10)
    await graph('model.int8.onnx', [2, 2], { model_type: 'paraformer', vocab_size: '10', ...stacked })
    const paraformer = await findWeights(dir)
    expect(paraformer.weights('zh')).toEqual({ paraformer: { model: path('model.int8.onnx') } })
    expect(paraformer.timed).toBe(false)
    const nemo = { model_type: 'EncDecCTCModelBPE', vocab_size: '9', subsampling_factor: '4', normalize_type: '' }
    await graph('model.int8.onnx', [2, 1], nemo)
    expect((await findWeights(dir)).weights('en')).toEqual({ nemoCtc: { model: path('model.int8.onnx') } })
    await graph('model.int8.onnx', [2, 2], { model_type: 'zipformer2_ctc' })
    expect((await findWeights(dir)).weights('en')).toEqual({ zipformerCtc: { model: path('model.int8.onnx') } })
    await graph('model.int8.onnx', [2, 1], { model_type: 'something else' })
    await expect(findWeights(dir)).rejects.toMatchObject(broken('of the kind "something else"'))
    await graph('model.int8.onnx', [2, 1])
    await expect(findWeights(dir)).rejects.toMatchObject(broken('does not say what it is'))
  })

  it('Moonshine, by its four files', async () => {
    await tokens(10)
    await graph('preprocess.onnx', [1, 1])
    await graph('encode.int8.onnx', [2, 1])
    await graph('uncached_decode.int8.onnx', [3, 25])
    await graph('cached_decode.int8.onnx', [2, 25])
    await expect(findWeights(dir)).rejects.toMatchObject(broken('cached_decode.int8.onnx has 2 inputs'))
    await graph('cached_decode.int8.onnx', [27, 25])
    const { weights, timed } = await findWeights(dir)
    expect(timed).toBe(false)
    expect(weights('en')).toEqual({
      moonshine: {
        preprocessor: path('preprocess.onnx'),
        encoder: path('encode.int8.onnx'),
        uncachedDecoder: path('uncached_decode.int8.onnx'),
        cachedDecoder: path('cached_decode.int8.onnx'),
      },
    })
  })

  it('Whisper, which is told the language where it knows several', async () => {
    await tokens(10, 'base-tokens.txt')
    await graph('base-decoder.onnx', [6, 3])
    const numbers =
      'n_mels n_text_layer n_text_ctx n_text_state sot eot blank_id translate transcribe no_timestamps no_speech'
    const about = { ...Object.fromEntries(numbers.split(' ').map(name => [name, '80'])), sot_sequence: '1,2,3' }
    await graph('base-encoder.onnx', [1, 2], { ...about, is_multilingual: '1' })
    await expect(findWeights(dir)).rejects.toMatchObject(broken('all_language_codes'))
    const languages = { all_language_tokens: '1,2', all_language_codes: 'en,de' }
    await graph('base-encoder.onnx', [1, 2], { ...about, is_multilingual: '1', ...languages })
    const found = await findWeights(dir)
    expect(found.languages).toEqual(['en', 'de'])
    expect(found.weights('de')).toMatchObject({ whisper: { language: 'de', task: 'transcribe' } })
    await graph('base-encoder.onnx', [1, 2], { ...about, is_multilingual: '0' })
    expect((await findWeights(dir)).weights('en')).toMatchObject({ whisper: { language: '' } })
  })
})
