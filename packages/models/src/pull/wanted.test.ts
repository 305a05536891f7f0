import { checkpointEntry } from '@hearth/contract'
import { describe, expect, it } from 'vitest'
import { chooseFiles } from './wanted.ts'

const entry = checkpointEntry.parse({
  id: 'any',
  title: 'Any',
  description: '',
  licence: { id: 'MIT' },
  precision: 'fp32',
  bytes: 0,
  sources: [],
})
const offer = (...paths: string[]) => paths.map(path => ({ path, bytes: 1, sha256: undefined }))
const chosen = (...paths: string[]) => chooseFiles(entry, offer(...paths)).map(({ path }) => path)

describe('choosing among all files of a source', () => {
  it('takes the graphs alone where the same weights are there in other formats', () => {
    const graphs = [
      'model_index.json',
      'unet/config.json',
      'unet/model.onnx',
      'unet/model.onnx_data',
      'unet/weights.pb',
    ]
    const others = ['all.safetensors', 'unet/diffusion_pytorch_model.fp16.safetensors', 'unet/openvino_model.xml']
    expect(chosen(...graphs, ...others, 'pipeline.py', 'safety_checker/model.onnx', 'README.md')).toEqual(graphs)
  })

  it('takes safetensors where there are no graphs', () => {
    expect(chosen('config.json', 'model.safetensors', 'teaser.png')).toEqual(['config.json', 'model.safetensors'])
  })

  it('takes only the named ones where the entry names them, and says which is not there', () => {
    const named = { ...entry, paths: ['config.json', 'onnx/model.onnx'] }
    const offered = offer('config.json', 'onnx/model.onnx', 'onnx/model_fp16.onnx', 'vocab.json')
    expect(chooseFiles(named, offered).map(({ path }) => path)).toEqual(named.paths)
    expect(() => chooseFiles(named, offer('config.json'))).toThrow('onnx/model.onnx')
  })

  it('knows weights of CTranslate2 and whisper.cpp from pickle files, which have the same ending', () => {
    expect(chosen('ggml-tiny.en.bin', 'tiny.en.bin', 'not-ggml-tiny.bin')).toEqual(['ggml-tiny.en.bin'])
    expect(chosen('config.json', 'model.bin', 'pytorch_model.bin')).toEqual(['config.json', 'model.bin'])
    expect(() => chosen('pytorch_model.bin')).toThrow(/pickle/)
  })
})
