import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError, type Checkpoint, type Placement } from '@hearth/contract'
import { espeakData } from '../../sherpa/espeak-data.ts'
import { openSpeaker } from '../../sherpa/open-speaker.ts'
import type { SpeakingModel } from '../../speaking/synthesise-speech.ts'
import { completeVoice } from './complete-voice.ts'
import { readVoiceConfig, tokensText, voiceSpeakers } from './voice-config.ts'

/**
 * Loads a Piper voice as it was published. What sherpa needs beyond that is put into a copy of the weights, which is
 * removed when they are in memory. Every file is looked at before: sherpa ends the process over one that it cannot use.
 * @throws AppError `unavailable` without the engine, `model-broken` where a file is missing or wrong.
 */
export async function openVoice({ dir }: Checkpoint, placement: Placement): Promise<SpeakingModel> {
  const path = await voiceFile(dir)
  const config = await readVoiceConfig(`${path}.json`)
  const dataDir = await espeakData(dir)
  const work = await mkdtemp(join(tmpdir(), 'hearth-voice-'))
  try {
    const [model, tokens] = [join(work, 'voice.onnx'), join(work, 'tokens.txt')]
    await writeFile(model, completeVoice(await readFile(path), config))
    await writeFile(tokens, tokensText(config))
    const { noise_scale: noiseScale, noise_w: noiseScaleW, length_scale } = config.inference
    // Its own length scale would be forgotten with any other speed than 1: `synthesiseSpeech` puts both into one number.
    const vits = { model, tokens, dataDir, noiseScale, noiseScaleW, lengthScale: 1 }
    const speaker = await openSpeaker(dir, { vits }, placement)
    return { speaker, voices: voiceSpeakers(config), lengthScale: length_scale }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function voiceFile(dir: string): Promise<string> {
  const [first] = (await readdir(dir)).filter(name => name.endsWith('.onnx')).sort()
  if (first === undefined) throw new AppError('model-broken', `there is no ONNX file in ${dir}`)
  return join(dir, first)
}
