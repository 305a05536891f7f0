import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError, type Checkpoint, type Placement } from '@hearth/contract'
import { library, type Speaker } from '../../sherpa/library.ts'
import { completeVoice } from './complete-voice.ts'
import { readVoiceConfig, tokensText, type VoiceConfig } from './voice-config.ts'

/** A voice in memory. */
export interface Voice {
  speaker: Speaker
  config: VoiceConfig
}

/** Name of the folder with eSpeak's knowledge of languages, beside the voice. */
export const espeakFolder = 'espeak-ng-data'

/**
 * Loads a Piper voice as it was published. What sherpa needs beyond that is put into a copy of the weights, which is
 * removed when they are in memory. Every file is looked at before: sherpa ends the process over one that it cannot use.
 * @throws AppError `unavailable` without the engine, `model-broken` where a file is missing or wrong.
 */
export async function openVoice({ dir }: Checkpoint, { threads }: Placement): Promise<Voice> {
  const { OfflineTts } = await library()
  const path = await voiceFile(dir)
  const config = await readVoiceConfig(`${path}.json`)
  const dataDir = await espeakData(dir)
  const work = await mkdtemp(join(tmpdir(), 'hearth-voice-'))
  try {
    const [model, tokens] = [join(work, 'voice.onnx'), join(work, 'tokens.txt')]
    await writeFile(model, completeVoice(await readFile(path), config))
    await writeFile(tokens, tokensText(config))
    const { noise_scale: noiseScale, noise_w: noiseScaleW } = config.inference
    // Its own length scale would be forgotten with any other speed than 1: `speak` puts both into one number.
    const vits = { model, tokens, dataDir, noiseScale, noiseScaleW, lengthScale: 1 }
    const options = { vits, numThreads: threads, provider: 'cpu', debug: 0 } as const
    return { speaker: await OfflineTts.createAsync({ model: options, maxNumSentences: 1, silenceScale: 1 }), config }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('model-broken', `cannot load ${path}: ${reason}`, {
      hint: 'Verify the model, or pull it again.',
      cause,
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function voiceFile(dir: string): Promise<string> {
  const [first] = (await readdir(dir)).filter(name => name.endsWith('.onnx')).sort()
  if (first === undefined) throw new AppError('model-broken', `there is no ONNX file in ${dir}`)
  return join(dir, first)
}

async function espeakData(dir: string): Promise<string> {
  const folder = join(dir, espeakFolder)
  try {
    for (const name of ['phontab', 'phonindex', 'phondata', 'intonations']) await access(join(folder, name))
  } catch (cause) {
    throw new AppError('model-broken', `${folder} is missing or not whole`, {
      hint: `Put eSpeak NG's data there: the folder piper/${espeakFolder} of the Python package piper-tts.`,
      cause,
    })
  }
  return folder
}
