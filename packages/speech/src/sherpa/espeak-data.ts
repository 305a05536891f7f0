import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@hearth/contract'

/** Name of the folder with eSpeak's knowledge of languages, beside a voice. */
export const espeakFolder = 'espeak-ng-data'

/** Path of that folder. sherpa ends the process where one of these files is missing. @throws AppError `model-broken`. */
export async function espeakData(dir: string): Promise<string> {
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
