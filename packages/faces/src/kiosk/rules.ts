/** What a kiosk demands. Times in seconds. */
export interface KioskRules {
  /** Whether actions are asked for; without, a known face is enough, and so is its photograph. */
  challenge: boolean
  /** How many, 1 to 4. */
  actions: number
  /** Whether blinking is among them: through glasses it may not be seen. */
  blink: boolean
}

/** Limits that are not for choosing. Times in seconds, sizes as parts of the picture's height, angles in degrees. */
export const limits = {
  /** A known face has to be held steady for so many frames and so long. */
  steadyFrames: 4,
  steadyTime: 0.5,
  smallest: 0.12,
  yaw: 15,
  pitch: 20,
  roll: 20,
  /** Only to say so: open eyes that are narrow were read as 0.13, and what a blink is depends on the eyes at rest. */
  eyesOpen: 0.1,
  mouthShut: 0.3,
  /** To do an action, and to come back to rest. */
  action: 6,
  back: 4,
  /** Between coming back and being asked for the next; drawn at random, so that a recording cannot know it. */
  pause: [0.3, 1.2],
  /** For the second look that tells whether it is still the same person. */
  identity: 3,
  /** Longest gap between two frames of a challenge: what was not seen may have been anything. */
  gap: 1,
  /** Between two frames, in face sizes; and by how much a face may grow or shrink. */
  moved: 0.6,
  scaled: 1.45,
  /** Another face counts from so much of the visitor's size. */
  secondFace: 0.6,
  granted: 4,
  /** After the first refusal; doubles with each. */
  refused: 3,
  refusedLongest: 60,
  /** After which earlier refusals are forgotten. */
  forgotten: 600,
} as const
