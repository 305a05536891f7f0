import { z } from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { runPatiently } from '../run-patiently.ts'
import type { Entries } from './entries.ts'
import { MissingInput } from './missing-input.ts'

export interface Prediction {
  entries: Entries
  image: File | undefined
  text: string | undefined
  signal: AbortSignal
}

const size = { width: z.number().optional(), height: z.number().optional() }
const embedded = z.object({ ...size, embedding: z.array(z.number()) })
const faced = z.object({
  ...size,
  faces: z.array(
    z.object({
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      score: z.number(),
      embedding: z.array(z.number()),
    }),
  ),
})
const read = z.object({
  width: z.number(),
  height: z.number(),
  lines: z.array(
    z.object({
      text: z.string(),
      score: z.number(),
      box_score: z.number(),
      polygon: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
})

/**
 * Everything that one request asks for, as Immich's own server answers it: vectors are JSON inside of a text.
 * @throws MissingInput; AppError as the live lane, `model-not-installed` and `not-found` among them.
 */
export async function predict(
  deps: ApiDeps,
  caller: Caller,
  { entries, image, text, signal }: Prediction,
): Promise<Record<string, unknown>> {
  const answer: Record<string, unknown> = {}
  const run = async (task: string, model: string, input: Record<string, unknown>) =>
    (await runPatiently(deps, caller, { task, model, input }, signal)).output
  const picture = (): File => {
    if (image === undefined) throw new MissingInput(entries.clip !== undefined && text !== undefined)
    return image
  }
  const sized = ({ width, height }: { width?: number | undefined; height?: number | undefined }) => {
    if (height !== undefined && width !== undefined) Object.assign(answer, { imageHeight: height, imageWidth: width })
  }

  const { clip, ocr, 'facial-recognition': faces } = entries
  if (clip !== undefined && 'visual' in clip) {
    const output = embedded.parse(await run('embed-image', clip.visual.modelName, { image: picture() }))
    answer.clip = JSON.stringify(output.embedding)
    sized(output)
  } else if (clip !== undefined) {
    if (text === undefined) throw new MissingInput(image !== undefined)
    const output = embedded.parse(await run('embed-image', clip.textual.modelName, { text }))
    answer.clip = JSON.stringify(output.embedding)
  }
  if (faces !== undefined) {
    const input = { image: picture(), min_score: faces.detection.options.minScore ?? 0.7, max_faces: 200 }
    const output = faced.parse(await run('embed-faces', faces.recognition.modelName, input))
    answer['facial-recognition'] = output.faces.map(({ bbox: [x1, y1, x2, y2], score, embedding }) => ({
      boundingBox: { x1, y1, x2, y2 },
      embedding: JSON.stringify(embedding),
      score,
    }))
    sized(output)
  }
  if (ocr !== undefined) {
    const { minScore = 0.5, maxResolution = 736 } = ocr.detection.options
    const output = read.parse(
      await run('read-text', ocr.recognition.modelName, {
        image: picture(),
        min_box_score: minScore,
        min_score: ocr.recognition.options.minScore ?? 0.8,
        max_side: Math.round(Math.min(4096, Math.max(320, maxResolution))),
      }),
    )
    answer.ocr = lines(output)
    sized(output)
  }
  return answer
}

/** One list for each kind of number; corners from 0 to 1, eight numbers for each text. */
function lines({ lines, width, height }: z.output<typeof read>) {
  return {
    text: lines.map(({ text }) => text),
    box: lines.flatMap(({ polygon }) => polygon.flatMap(([x, y]) => [x / width, y / height])),
    boxScore: lines.map(({ box_score }) => box_score),
    textScore: lines.map(({ score }) => score),
  }
}
