import { z } from 'zod'

/** What sherpa reads from weights of each kind: it ends the process over what it misses. */

const whole = z.coerce.number().int()
const count = whole.pipe(z.number().positive())
const listed = z.string().transform((text, context) => {
  const numbers = text.split(',').map(Number)
  if (text !== '' && numbers.every(Number.isFinite)) return numbers
  context.addIssue({ code: 'custom', message: 'expected numbers with commas between them' })
  return z.NEVER
})

/** Features of several frames together, 80 for each, and what they are moved and stretched by. */
const stacked = {
  vocab_size: count,
  lfr_window_size: count,
  lfr_window_shift: count,
  neg_mean: listed,
  inv_stddev: listed,
}
const fits = ({
  lfr_window_size,
  neg_mean,
  inv_stddev,
}: { [key in keyof typeof stacked]: z.output<(typeof stacked)[key]> }) =>
  neg_mean.length === 80 * lfr_window_size && inv_stddev.length === neg_mean.length

export const senseVoice = z
  .object({
    ...stacked,
    normalize_samples: whole,
    with_itn: whole,
    without_itn: whole,
    lang_auto: whole,
    lang_zh: whole,
    lang_en: whole,
    lang_ja: whole,
    lang_ko: whole,
    lang_yue: whole,
  })
  .refine(fits, { error: 'neg_mean and inv_stddev do not fit lfr_window_size' })

export const paraformer = z
  .object(stacked)
  .refine(fits, { error: 'neg_mean and inv_stddev do not fit lfr_window_size' })

export const nemoCtc = z.object({ vocab_size: count, subsampling_factor: count, normalize_type: z.string() })

export const nemoTransducer = nemoCtc.extend({ pred_rnn_layers: count, pred_hidden: count })

/** Of the decoder of a zipformer. */
export const transducerDecoder = z.object({ vocab_size: count, context_size: count })

const whisperToken = whole.pipe(z.number().nonnegative())
export const whisper = z
  .object({
    n_mels: count,
    n_text_layer: count,
    n_text_ctx: count,
    n_text_state: count,
    sot: whisperToken,
    eot: whisperToken,
    blank_id: whisperToken,
    translate: whisperToken,
    transcribe: whisperToken,
    no_timestamps: whisperToken,
    no_speech: whisperToken,
    is_multilingual: whole,
    sot_sequence: listed,
    all_language_tokens: listed.optional(),
    all_language_codes: z.string().optional(),
  })
  .refine(found => found.is_multilingual === 0 || (found.all_language_tokens && found.all_language_codes), {
    error: 'all_language_tokens or all_language_codes is missing',
  })
