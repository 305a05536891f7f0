import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type FolderView } from '@hearth/contract'

/** One file of a folder; the path is relative, with `/`. */
export interface FolderFile {
  path: string
  bytes: number
  /** Milliseconds. */
  modified: number
}

const maxDepth = 6
/** Files looked at together. */
const atOnce = 64
const maxFiles = 5000
const maxJson = 64 * 2 ** 20

/** Formats that can run code when they are opened. */
const pickle = /\.(bin|ckpt|pt|pth|pkl|pickle)$/i
/**
 * The fixed name of CTranslate2's weights and the beginning of all names of whisper.cpp's: plain tables of tensors.
 * Pickles of transformers are `pytorch_model.bin`.
 */
const tensorTable = /(^|\/)(model|ggml-[^/]+)\.bin$/
/** Weights that are data only. */
const weights = /\.(onnx|onnx_data|safetensors|gguf)$/i

export const isPickle = (path: string): boolean => pickle.test(path) && !tensorTable.test(path)
export const isWeights = (path: string): boolean => weights.test(path) || tensorTable.test(path)

export const pickleReason =
  'pickle files can run any code when they are opened, so Hearth reads weights only as safetensors, ONNX, GGUF, ggml or CTranslate2'

/**
 * All files of a folder, sorted by path; links are followed, hidden names left out.
 * @throws AppError `model-broken` where it holds more than a model would.
 */
export async function listFiles(dir: string): Promise<FolderFile[]> {
  const files: FolderFile[] = []
  const look = async (path: string, depth: number): Promise<void> => {
    const entry = await stat(join(dir, path)).catch(() => undefined)
    // A dangling link or a file that has just gone is not there.
    if (!entry) return
    if (entry.isDirectory()) {
      if (depth < maxDepth) await walk(path, depth + 1)
    } else if (entry.isFile()) {
      files.push({ path, bytes: entry.size, modified: entry.mtimeMs })
      if (files.length > maxFiles) throw new AppError('model-broken', `${dir} holds more than ${maxFiles} files`)
    }
  }
  const walk = async (relative: string, depth: number): Promise<void> => {
    const names = (await readdir(join(dir, relative))).filter(name => !name.startsWith('.'))
    for (let start = 0; start < names.length; start += atOnce) {
      const some = names.slice(start, start + atOnce)
      await Promise.all(some.map(name => look(relative === '' ? name : `${relative}/${name}`, depth)))
    }
  }
  await walk('', 1)
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The folder as families see it: without pickle files. */
export function viewFolder(dir: string, files: readonly FolderFile[]): FolderView {
  const visible = files.filter(({ path }) => !isPickle(path)).map(({ path, bytes }) => ({ path, bytes }))
  return {
    files: visible,
    json: async path => {
      const file = visible.find(candidate => candidate.path === path)
      if (!file) return undefined
      if (file.bytes > maxJson) throw new AppError('model-broken', `${path} is too large for a settings file`)
      const text = await readFile(join(dir, path), 'utf8')
      try {
        return JSON.parse(text)
      } catch (cause) {
        throw new AppError('model-broken', `${path} is not valid JSON`, { cause })
      }
    },
  }
}

/** Changes whenever a file is added, taken away, resized or written. */
export function signature(files: readonly FolderFile[]): string {
  return files.map(({ path, bytes, modified }) => `${path}:${bytes}:${modified}`).join('\n')
}

export function sumBytes(files: readonly { bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}
