import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Checkpoint, type Placement } from '@hearth/contract'
import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp'
import { contextLength, conversations } from './context-length.ts'

export type Library = typeof import('node-llama-cpp')

/** A language model in memory, with a cache for several conversations. */
export interface Loaded {
  library: Library
  llama: Llama
  model: LlamaModel
  context: LlamaContext
}

/** @throws AppError `unavailable` where it was not installed: it is optional. */
async function library(): Promise<Library> {
  try {
    return await import('node-llama-cpp')
  } catch (cause) {
    throw new AppError('unavailable', 'the engine for language models (node-llama-cpp) is not installed', {
      hint: 'Run `npm install` in the folder of Hearth, with optional packages, and start again.',
      cause,
    })
  }
}

/** The binaries come from npm: nothing is ever compiled or downloaded here. */
async function openLlama({ getLlama, LlamaLogLevel }: Library, { threads }: Placement): Promise<Llama> {
  try {
    return await getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      maxThreads: threads,
      logLevel: LlamaLogLevel.error,
      progressLogs: false,
    })
  } catch (cause) {
    throw new AppError('unavailable', 'there is no build of llama.cpp for this machine', {
      hint: 'Run `npm install` in the folder of Hearth, with optional packages, and start again.',
      cause,
    })
  }
}

/** The first of the folder's files: llama.cpp finds the other parts of a divided model by itself. */
async function modelFile({ dir }: Checkpoint): Promise<string> {
  const [first] = (await readdir(dir, { recursive: true })).filter(path => path.endsWith('.gguf')).sort()
  if (first === undefined) throw new AppError('model-broken', `there is no GGUF file in ${dir}`)
  return join(dir, first)
}

/** @throws AppError `unavailable` without the engine, `model-broken` where the file cannot be loaded. */
export async function loadModel(checkpoint: Checkpoint, placement: Placement): Promise<Loaded> {
  const found = await library()
  const llama = await openLlama(found, placement)
  const modelPath = await modelFile(checkpoint)
  try {
    const model = await llama.loadModel({ modelPath, gpuLayers: 0 })
    const context = await model.createContext({
      sequences: conversations,
      contextSize: Math.min(contextLength(checkpoint), model.trainContextSize),
      threads: { ideal: placement.threads, min: placement.threads },
    })
    return { library: found, llama, model, context }
  } catch (cause) {
    await llama.dispose()
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('model-broken', `cannot load ${modelPath}: ${reason}`, {
      hint: 'Verify the model, or pull it again.',
      cause,
    })
  }
}
