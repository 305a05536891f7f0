import { z } from 'zod'
import { readWish } from '../chat-wish.ts'
import * as fields from './session-fields.ts'
import type { Words } from './words.ts'

const wished = z.object({
  model: z.string().min(1).optional(),
  instructions: fields.instructions.optional(),
  modalities: fields.modalities.optional(),
  voice: fields.voice.optional(),
  speed: fields.speed.optional(),
  input_audio_format: fields.betaFormat.optional(),
  output_audio_format: fields.betaFormat.optional(),
  input_audio_transcription: fields.transcription.optional(),
  turn_detection: fields.turnDetection.optional(),
  tools: fields.tools.optional(),
  tool_choice: fields.toolChoice.optional(),
  temperature: z.number().min(0).max(2).optional(),
  max_response_output_tokens: fields.maxTokens.optional(),
})

/** The protocol as it was before: clients say so by a header or a subprotocol. */
export const beta: Words = {
  change(session, given) {
    const wish = readWish(wished, given)
    const { voice, speed } = wish
    const changed = fields.over(session, {
      model: wish.model,
      instructions: wish.instructions,
      modality: wish.modalities,
      tools: wish.tools,
      tool_choice: wish.tool_choice,
      temperature: wish.temperature,
      input: fields.over(session.input, {
        format: wish.input_audio_format,
        turns: wish.turn_detection,
        transcription: wish.input_audio_transcription,
      }),
      output: fields.over(session.output, { format: wish.output_audio_format, voice, speed }),
    })
    return 'max_response_output_tokens' in wish ? { ...changed, max_tokens: wish.max_response_output_tokens } : changed
  },
  session({ model, instructions, modality, tools, tool_choice, temperature, max_tokens, input, output }) {
    return {
      model,
      instructions,
      modalities: modalities(modality),
      voice: output.voice ?? 'alloy',
      speed: output.speed,
      input_audio_format: input.format,
      output_audio_format: output.format,
      input_audio_transcription: fields.transcriptionView(input.transcription),
      turn_detection: fields.turnDetectionView(input.turns),
      tools: fields.toolsView(tools),
      tool_choice: fields.toolChoiceView(tool_choice),
      temperature: temperature ?? null,
      max_response_output_tokens: fields.maxTokensView(max_tokens),
    }
  },
  response: ({ modality, max_tokens, voice }, { output, temperature }) => ({
    modalities: modalities(modality),
    max_output_tokens: fields.maxTokensView(max_tokens),
    voice: voice ?? 'alloy',
    output_audio_format: output.format,
    temperature: temperature ?? null,
  }),
  part: (role, { type }) => (role === 'assistant' ? type : `input_${type}`),
  types: {
    sessionUpdated: ({ kind }) => (kind === 'transcription' ? 'transcription_session.updated' : 'session.updated'),
    itemAdded: 'conversation.item.created',
    itemDone: undefined,
    text: 'response.text',
    transcript: 'response.audio_transcript',
    audio: 'response.audio',
  },
}

const modalities = (modality: 'text' | 'audio') => (modality === 'audio' ? ['text', 'audio'] : ['text'])
