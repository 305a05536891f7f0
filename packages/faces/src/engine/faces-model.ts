import { type Model, perform, type RunContext } from '@hearth/contract'
import { decodePicture, type Picture } from '@hearth/media'
import { task as detectFaces } from '../detect-faces/spec.ts'
import { task as embedFaces } from '../embed-faces/spec.ts'
import type { Face, Quality } from '../face-fields.ts'
import { task as recogniseFaces } from '../recognise-faces/spec.ts'
import type { FaceEngine, FaceSearch, FoundFace } from './face-engine.ts'
import { faceQuality } from './face-quality.ts'
import { type FaceStream, streamOf } from './face-stream.ts'
import { recognise } from './recognise.ts'
import { uprightCrop } from './upright-crop.ts'

interface Look {
  picture: Picture
  found: FoundFace[]
}

/** Decodes the picture and finds its faces; two steps of progress out of `steps`. */
async function look(
  engine: FaceEngine,
  input: FaceSearch & { image: string },
  context: RunContext,
  steps: number,
): Promise<Look> {
  const picture = await decodePicture(await context.read(input.image))
  context.progress(1, steps)
  context.signal.throwIfAborted()
  const found = await engine.detect(picture, input)
  context.progress(2, steps)
  context.signal.throwIfAborted()
  return { picture, found }
}

/** A face as the tasks answer it. */
function faceOf(found: FoundFace & { track?: number }, quality: Quality): Face {
  const { bbox, score, landmarks, expression, track } = found
  return {
    bbox,
    score,
    landmarks,
    quality,
    ...(expression === undefined ? {} : { expression }),
    ...(track === undefined ? {} : { track }),
  }
}

const sizeOf = ({ width, height }: Picture) => ({ width, height })

/** The tasks that every face engine serves. */
export function facesModel(engine: FaceEngine): Model {
  return {
    tasks: {
      [detectFaces.id]: perform(detectFaces, async (input, context) => {
        const { picture, found } = await look(engine, input, context, 2)
        const stream: FaceStream | undefined = streamOf(context, input.min_score)
        const live = (await engine.live?.(picture, found)) ?? []
        const tracked = stream ? stream.track(found) : found
        return {
          ...sizeOf(picture),
          faces: tracked.map((face, index) => faceOf(face, faceQuality(picture, face, live[index]))),
        }
      }),
      [embedFaces.id]: perform(embedFaces, async (input, context) => {
        const { picture, found } = await look(engine, input, context, 3)
        const embedded = await engine.embed(picture, found)
        const faces = []
        for (const [index, face] of found.entries()) {
          const crop = input.crops ? { crop: Buffer.from(await uprightCrop(picture, face)).toString('base64') } : {}
          faces.push({
            ...faceOf(face, faceQuality(picture, face, embedded[index]?.live)),
            embedding: [...(embedded[index]?.vector ?? [])],
            ...crop,
          })
        }
        context.progress(3, 3)
        return { ...sizeOf(picture), embedder: engine.embedder, faces }
      }),
      [recogniseFaces.id]: perform(recogniseFaces, async (input, context) => {
        const { picture, found } = await look(engine, input, context, 3)
        const known = await recognise(engine, input, { picture, found, context })
        context.progress(3, 3)
        const faces = known.faces.map(({ found, quality, ...identity }) => ({ ...faceOf(found, quality), ...identity }))
        return { ...sizeOf(picture), embedder: engine.embedder, threshold: known.threshold, faces }
      }),
    },
    dispose: () => engine.dispose(),
  }
}
