import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pythonWith } from '@hearth/testing/python'

/** eSpeak NG by its C interface: arguments are a language, a text and the WAV file to write. */
const program = `
import ctypes, sys, wave
import espeakng_loader

language, text, path = sys.argv[1:4]
library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
SYNCHRONOUS, RATE, UTF8 = 2, 1, 1
sample_rate = library.espeak_Initialize(SYNCHRONOUS, 0, str(espeakng_loader.get_data_path()).encode(), 0)
samples = bytearray()

@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
def heard(piece, count, _events):
    if piece and count > 0:
        samples.extend(ctypes.string_at(piece, 2 * count))
    return 0

library.espeak_SetSynthCallback(heard)
library.espeak_SetParameter(RATE, 130, 0)
assert library.espeak_SetVoiceByName(language.encode()) == 0
encoded = text.encode()
library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, UTF8, None, None)
library.espeak_Synchronize()
with wave.open(path, "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(sample_rate)
    file.writeframes(bytes(samples))
`

/** A machine's voice for many languages, plainly a machine's; or the reason why there is none. */
export async function tongues(): Promise<{ say(language: string, text: string): Promise<Uint8Array> } | string> {
  const { python, missing } = await pythonWith('espeakng-loader==0.2.4')
  if (python === undefined) return missing
  return {
    async say(language, text) {
      const folder = await mkdtemp(join(tmpdir(), 'hearth-tongue-'))
      try {
        const path = join(folder, 'said.wav')
        await promisify(execFile)(python, ['-c', program, language, text, path])
        return await readFile(path)
      } finally {
        await rm(folder, { recursive: true })
      }
    },
  }
}
