import { fileURLToPath } from 'node:url'

/** Silero's model that ships with this checkout: whoever writes speech down first looks where somebody speaks. */
export const starterVoices = fileURLToPath(
  new URL('../../../../models/starter/detect-speech/model.onnx', import.meta.url),
)
