import { AppError, type RunContext } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import type { z } from 'zod'
import type { Quality } from '../face-fields.ts'
import { type Match, type PeopleAnswer, type PeopleQuestion, peopleAnswer } from '../people/question.ts'
import type { task } from '../recognise-faces/spec.ts'
import type { EmbeddedFace, FaceEngine, FoundFace } from './face-engine.ts'
import { faceQuality } from './face-quality.ts'
import { type FaceStream, type Identity, now, streamOf } from './face-stream.ts'

type Input = z.output<typeof task.input>
type Tracked = FoundFace & { track?: number }

/** A frame or a picture, with the faces in it. */
interface Scene {
  picture: Picture
  found: readonly FoundFace[]
  context: RunContext
}

/** A face and whose it is. */
export interface Known extends Match {
  found: Tracked
  quality: Quality
}

/** Seconds after which a tracked face is recognised again whatever it looks like: tracks can swap faces. */
const stale = 3
/** By how much a view has to be better than the last one for an unknown face to be tried again at once. */
const better = 1.3

/**
 * Finds out whose faces these are. In a stream each track is asked about once, again when a clearly better view of
 * somebody unknown comes, and every three seconds.
 */
export async function recognise(
  engine: FaceEngine,
  input: Input,
  scene: Scene,
): Promise<{ threshold: number; faces: Known[] }> {
  const stream = streamOf(scene.context, input.min_score)
  return stream ? recogniseFrame(engine, input, scene, stream) : recognisePicture(engine, input, scene)
}

async function recognisePicture(engine: FaceEngine, input: Input, { picture, found, context }: Scene) {
  const embedded = await engine.embed(picture, found)
  const answer = await ask(engine, input, context, embedded)
  const faces = found.map((face, index): Known => {
    const quality = faceQuality(picture, face, embedded[index]?.live)
    return { found: face, quality, ...matchAt(answer, index) }
  })
  return { threshold: answer.threshold, faces }
}

async function recogniseFrame(
  engine: FaceEngine,
  input: Input,
  { picture, found, context }: Scene,
  stream: FaceStream,
) {
  const time = now()
  stream.ask(JSON.stringify([input.collection, input.threshold]))
  const seen = stream.track(found).map(face => {
    const quality = faceQuality(picture, face)
    return { face, quality, view: viewOf(quality), identity: stream.identityOf(face.track) }
  })
  const open = seen.filter(({ identity, view }) => isOpen(identity, view, time))
  const settled = stream.threshold !== undefined && time - stream.threshold.asked < stale
  if (open.length > 0 || !settled) {
    const faces = open.map(({ face }) => face)
    const embedded = await engine.embed(picture, faces)
    const answer = await ask(engine, input, context, embedded)
    stream.threshold = { value: answer.threshold, asked: time }
    for (const [index, one] of open.entries()) {
      const live = embedded[index]?.live
      one.identity = { ...matchAt(answer, index), live, view: one.view, asked: time, seen: time }
      if (one.face.track !== undefined) stream.identities.set(one.face.track, one.identity)
    }
  }
  const faces = seen.map(({ face, quality, identity }): Known => {
    if (!identity) throw new AppError('internal', 'a face of the stream was not recognised')
    identity.seen = time
    const { person, similarity, margin, live } = identity
    return { found: face, quality: live === undefined ? quality : { ...quality, live }, person, similarity, margin }
  })
  stream.forget(time - stale)
  return { threshold: stream.threshold?.value ?? 0, faces }
}

function isOpen(identity: Identity | undefined, view: number, time: number): boolean {
  if (!identity || time - identity.asked >= stale) return true
  return identity.person === null && view > better * identity.view
}

/** How much can be seen of a face: large, sharp, from the front. Only for comparing views of one face. */
function viewOf({ size, sharpness, yaw, pitch }: Quality): number {
  const front = (degrees: number) => Math.max(0.05, Math.cos((degrees * Math.PI) / 180))
  return size * front(yaw) * front(pitch) * Math.min(1, 0.2 + sharpness / 250)
}

async function ask(
  engine: FaceEngine,
  { collection, threshold }: Input,
  context: RunContext,
  embedded: readonly EmbeddedFace[],
): Promise<PeopleAnswer> {
  const question: PeopleQuestion = {
    kind: 'search',
    collection,
    embedder: engine.embedder,
    vectors: embedded.map(({ vector }) => vector),
    ...(threshold === undefined ? {} : { threshold }),
    ...(engine.threshold === undefined ? {} : { default_threshold: engine.threshold }),
  }
  context.signal.throwIfAborted()
  const parsed = peopleAnswer.safeParse(await context.ask('people', question))
  if (!parsed.success || parsed.data.matches.length !== embedded.length) {
    throw new AppError('internal', 'the keeper of people gave an answer that does not fit the question', {
      cause: parsed.error,
    })
  }
  return parsed.data
}

function matchAt(answer: PeopleAnswer, index: number): Match {
  const found = answer.matches[index]
  if (!found) throw new AppError('internal', `nobody answered for face ${index}`)
  return found
}
