import { bbox, defineTask, label, mediaInput, score, track } from '@hearth/contract'
import { z } from 'zod'
import { minScore } from '../seeing-fields.ts'

export const task = defineTask({
  id: 'detect-in-video',
  title: 'Detect in video',
  summary: 'Follows things through a video: an annotated copy and a timeline.',
  capability: 'recognise',
  lanes: ['batch'],
  input: z.object({
    video: mediaInput('video', 'The video to look at.'),
    min_score: minScore(0.35),
    labels: z.array(z.string()).max(200).optional().meta({ description: 'Only these classes; absent: all.' }),
    fps: z.number().min(0.1).max(60).default(5).meta({ description: 'Frames looked at in a second of video.' }),
    annotate: z.boolean().default(true).meta({ description: 'Whether to write a copy with the boxes drawn in.' }),
  }),
  output: z.object({
    width: z.int(),
    height: z.int(),
    /** Seconds. */
    duration: z.number(),
    frames: z.int().meta({ description: 'Frames looked at.' }),
    tracks: z.array(
      z.object({
        track: z.int(),
        label,
        score: score.meta({ description: 'The best of the track.' }),
        first: z.number().meta({ description: 'Seconds from the start.' }),
        last: z.number(),
        bbox: bbox.meta({ description: 'Where it was when its score was best.' }),
      }),
    ),
    timeline: z.string().meta({ description: 'Name of the JSON file with every frame, among the outputs.' }),
    video: z.string().nullable().meta({ description: 'Name of the annotated copy, among the outputs.' }),
  }),
  examples: [],
})

/** One frame in the timeline file. */
export const timelineFrame = z.object({
  time: z.number(),
  objects: z.array(z.object({ label, score, bbox, track })),
})
