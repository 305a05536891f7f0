import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Checkpoint, type Placement } from '@hearth/contract'
import { whisperLanguages } from '../../transcript/language-names.ts'
import { starterVoices } from '../../voice-activity/starter-voices.ts'
import { openVoiceModel, type VoiceModel } from '../../voice-activity/voice-model.ts'
import { readGgml } from './ggml-file.ts'
import { type Context, library } from './library.ts'

/** Whisper in memory, and the model that tells it where somebody speaks. */
export interface Whisper {
  context: Context
  voices: VoiceModel
  multilingual: boolean
  /** Codes of what it understands. */
  languages: readonly string[]
  threads: number
  close(): Promise<void>
}

/** @throws AppError `unavailable` without the engine, `model-broken` where the file is missing or wrong. */
export async function openWhisper({ dir }: Checkpoint, placement: Placement): Promise<Whisper> {
  const { initWhisper, toggleNativeLog } = await library()
  const path = await weightsIn(dir)
  const { multilingual, cantonese } = await readGgml(path)
  const useGpu = placement.device === 'cuda'
  const voices = await openVoiceModel(starterVoices, { ...placement, device: 'cpu', deviceIndex: 0 })
  await toggleNativeLog(true)
  try {
    const context = await initWhisper({ filePath: path, useGpu }, useGpu ? 'cuda' : 'default')
    return {
      context,
      voices,
      multilingual,
      languages: multilingual ? whisperLanguages.filter(code => cantonese || code !== 'yue') : ['en'],
      threads: placement.threads,
      async close() {
        await voices.dispose()
        await context.release()
        await toggleNativeLog(false)
      },
    }
  } catch (cause) {
    await voices.dispose()
    await toggleNativeLog(false)
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('model-broken', `cannot load ${path}: ${reason}`, {
      hint: 'Verify the model, or pull it again.',
      cause,
    })
  }
}

async function weightsIn(dir: string): Promise<string> {
  const [first] = (await readdir(dir)).filter(name => /^ggml-.+\.bin$/.test(name)).sort()
  if (first === undefined) throw new AppError('model-broken', `there is no ggml file in ${dir}`)
  return join(dir, first)
}
