import type { Meant } from '../../../realtime/session.ts'
import { foreignVoices } from '../speech.ts'

/** Models that OpenAI's clients name whatever they talk to: here whichever is the default. */
const foreignChats = /^gpt-([\w.-]*-)?(realtime|audio)/
const foreignEars = /^(whisper-1$|gpt-.*(transcribe|whisper))/

const unless = (isForeign: (name: string) => boolean) => (name: string | undefined) =>
  name === undefined || isForeign(name) ? undefined : name

export const meant: Meant = {
  model: unless(name => foreignChats.test(name)),
  ear: unless(name => foreignEars.test(name)),
  voice: unless(name => foreignVoices.has(name.toLowerCase())),
}
