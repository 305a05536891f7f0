import type { Models } from '@hearth/models'
import type { LiveLane, LiveRun } from '../live-lane/live-lane.ts'

/** One face, good enough to be enrolled, and never the same twice. */
function face(number: number) {
  const embedding = Array.from({ length: 8 }, (_, index) => Math.sin(number * 12.9898 + index * 78.233))
  const length = Math.hypot(...embedding)
  return {
    bbox: [10, 10, 110, 110],
    score: 0.9,
    landmarks: { left_eye: [40, 50], right_eye: [80, 50], nose: [60, 70], mouth: [60, 90] },
    quality: { size: 100, sharpness: 300, brightness: 120, yaw: 0, pitch: 0, roll: 0 },
    expression: { left_eye_open: 0.3, right_eye_open: 0.3, mouth_open: 0.1 },
    embedding: embedding.map(value => value / length),
    person: null,
    similarity: null,
    margin: null,
  }
}

/** What is answered at once, by nobody: an output that has every task's fields. Unknown models are refused as ever. */
export function fuzzEngine(models: Models): Pick<LiveLane, 'run'> {
  let runs = 0
  return {
    async run({ task, model }: LiveRun) {
      const { id } = await models.resolve(task, model)
      runs += 1
      const output = {
        width: 200,
        height: 100,
        classes: [{ label: 'cat', score: 0.5 }],
        objects: [{ label: 'cat', score: 0.5, bbox: [1, 2, 3, 4] }],
        embedding: [0.6, 0.8],
        embedder: { id, digest: 'd', dimensions: 8 },
        dimensions: 2,
        threshold: 0.5,
        faces: [face(runs)],
        text: '',
        lines: [],
        images: [],
      }
      return { output, files: [], model: id, timings: { engine_ms: 1, total_ms: 1 } }
    },
  }
}
