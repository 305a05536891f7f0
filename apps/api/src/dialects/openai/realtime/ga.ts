import { z } from 'zod'
import type { Session } from '../../../realtime/session.ts'
import { readWish } from '../chat-wish.ts'
import * as fields from './session-fields.ts'
import type { Words } from './words.ts'

const wished = z.object({
  type: z.enum(['realtime', 'transcription']).optional(),
  model: z.string().min(1).optional(),
  instructions: fields.instructions.optional(),
  output_modalities: fields.modalities.optional(),
  tools: fields.tools.optional(),
  tool_choice: fields.toolChoice.optional(),
  max_output_tokens: fields.maxTokens.optional(),
  audio: z
    .object({
      input: z
        .object({
          format: fields.gaFormat.optional(),
          turn_detection: fields.turnDetection.optional(),
          transcription: fields.transcription.optional(),
        })
        .default({}),
      output: z
        .object({ format: fields.gaFormat.optional(), voice: fields.voice.optional(), speed: fields.speed.optional() })
        .default({}),
    })
    .default({ input: {}, output: {} }),
})

/** The protocol as it is now. */
export const ga: Words = {
  change(session, given) {
    const wish = readWish(wished, given)
    const { format, turn_detection, transcription } = wish.audio.input
    const kinds = { realtime: 'conversation', transcription: 'transcription' } as const
    const changed = fields.over(session, {
      kind: wish.type && kinds[wish.type],
      model: wish.model,
      instructions: wish.instructions,
      modality: wish.output_modalities,
      tools: wish.tools,
      tool_choice: wish.tool_choice,
      input: fields.over(session.input, { format, turns: turn_detection, transcription }),
      output: fields.over(session.output, wish.audio.output),
    })
    // `inf` is a wish too.
    return 'max_output_tokens' in wish ? { ...changed, max_tokens: wish.max_output_tokens } : changed
  },
  session(session) {
    const { kind, model, instructions, modality, max_tokens, input, output } = session
    const heard = {
      format: fields.gaFormatView(input.format),
      transcription: fields.transcriptionView(input.transcription),
      noise_reduction: null,
      turn_detection: fields.turnDetectionView(input.turns),
    }
    if (kind === 'transcription') return { type: 'transcription', audio: { input: heard } }
    return {
      type: 'realtime',
      model,
      instructions,
      output_modalities: [modality],
      tools: fields.toolsView(session.tools),
      tool_choice: fields.toolChoiceView(session.tool_choice),
      max_output_tokens: fields.maxTokensView(max_tokens),
      truncation: 'auto',
      tracing: null,
      prompt: null,
      audio: { input: heard, output: outputView(output) },
    }
  },
  response: (response, { output }) => ({
    output_modalities: [response.modality],
    max_output_tokens: fields.maxTokensView(response.max_tokens),
    audio: { output: outputView({ ...output, voice: response.voice }) },
  }),
  part: (role, { type }) => `${role === 'assistant' ? 'output' : 'input'}_${type}`,
  types: {
    sessionUpdated: () => 'session.updated',
    itemAdded: 'conversation.item.added',
    itemDone: 'conversation.item.done',
    text: 'response.output_text',
    transcript: 'response.output_audio_transcript',
    audio: 'response.output_audio',
  },
}

function outputView({ format, voice, speed }: Session['output']) {
  return { format: fields.gaFormatView(format), voice: voice ?? 'alloy', speed }
}
