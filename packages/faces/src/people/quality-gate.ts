import type { Face, Quality } from '../face-fields.ts'
import type { Remark } from './remark.ts'

/** What a picture must have for a person to be known by it. Pixels, greys and degrees as in `quality`. */
export const gate = {
  size: 60,
  sharpness: 40,
  darkest: 40,
  brightest: 220,
  yaw: 35,
  pitch: 30,
  roll: 40,
  live: 0.5,
}

/**
 * Judges what was found in one picture that is to enrol one person.
 * @returns the face if it may be taken, all reasons otherwise; `warnings` never refuse.
 */
export function judge<F extends Pick<Face, 'quality'>>(
  faces: readonly F[],
): { face: F; warnings: Remark[] } | { reasons: Remark[] } {
  const [face, ...others] = faces
  if (!face) {
    return {
      reasons: [say('no-face', 'No face was found.', 'Take a picture in which the face is large and not covered.')],
    }
  }
  if (others.length > 0) {
    const message = `There are ${faces.length} faces: whose is it?`
    return { reasons: [say('many-faces', message, 'Take a picture of this person alone, or cut the others off.')] }
  }
  const reasons = faults(face.quality)
  return reasons.length > 0 ? { reasons } : { face, warnings: doubts(face.quality) }
}

function faults({ size, sharpness, brightness, yaw, pitch, roll }: Quality): Remark[] {
  const found: (Remark | false)[] = [
    size < gate.size &&
      say('too-small', `The face is ${round(size)} pixels wide; ${gate.size} are needed.`, 'Go nearer to the camera.'),
    sharpness < gate.sharpness &&
      say(
        'blurred',
        `The face is blurred (${round(sharpness)} of ${gate.sharpness}).`,
        'Hold still, and clean the lens.',
      ),
    brightness < gate.darkest &&
      say('too-dark', 'The face is too dark.', 'Put light in front of the face, not behind it.'),
    brightness > gate.brightest && say('too-bright', 'The face is too bright.', 'Take the strong light away.'),
    Math.abs(yaw) > gate.yaw &&
      say('turned', `The face is turned aside by ${round(Math.abs(yaw))}°.`, 'Look into the camera.'),
    (Math.abs(pitch) > gate.pitch || Math.abs(roll) > gate.roll) &&
      say('tilted', `The head is tilted (up ${round(pitch)}°, aside ${round(roll)}°).`, 'Hold the head straight.'),
  ]
  return found.filter(remark => remark !== false)
}

function doubts({ live }: Quality): Remark[] {
  if (live === undefined || live >= gate.live) return []
  const message = 'It may be a picture of a picture.'
  return [say('not-live', message, 'This is a guess and not counted; take the picture of the person themselves.')]
}

const round = Math.round
const say = (code: Remark['code'], message: string, hint: string): Remark => ({ code, message, hint })
