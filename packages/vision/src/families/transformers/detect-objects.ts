import { type Bbox, perform } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import type { DetectFrame } from '../../detect-in-video/run.ts'
import { task } from '../../detect-objects/spec.ts'
import { chooseObjects, type FoundObject } from '../../found-objects.ts'
import type { Result } from './library.ts'
import { type Looker, look, need, pixelFeeds, sigmoid, softmax } from './looking.ts'

/** Models whose last class means that there is nothing; classes of all others are judged one by one. */
const withNothingClass = ['detr', 'yolos', 'table-transformer']

/**
 * Finds things. The library's own reading of the results takes every detector for one of the first kind, which loses
 * the last class of RT-DETR and D-FINE, and gives their scores wrongly.
 */
export function detectObjects(looker: Looker) {
  return perform(task, async (input, context) => {
    const { picture, results } = await look(looker, input.image, context)
    const { width, height } = picture
    return { width, height, objects: chooseObjects(objectsOf(looker, results, picture), input, picture, context) }
  })
}

/** The same for frames that are decoded already. */
export function detectFrames(looker: Looker): DetectFrame {
  const { graph, processor } = looker
  return async picture => objectsOf(looker, await graph.run(pixelFeeds(graph, processor.prepare(picture))), picture)
}

function objectsOf({ layout }: Looker, results: Record<string, Result>, { width, height }: Picture): FoundObject[] {
  const read = withNothingClass.includes(layout.modelType) ? oneForEachBox : bestOfAll
  const boxes = need(results, 'pred_boxes').data
  return read(need(results, 'logits')).map(({ box, label, score }) => ({
    label: layout.labels[label] ?? `class ${label}`,
    score,
    bbox: corners(boxes, box * 4, width, height),
  }))
}

/** Centre and size as shares of the picture to corners in pixels. */
function corners(boxes: Float32Array, at: number, width: number, height: number): Bbox {
  const [x = 0, y = 0, across = 0, down = 0] = boxes.subarray(at, at + 4)
  return [(x - across / 2) * width, (y - down / 2) * height, (x + across / 2) * width, (y + down / 2) * height]
}

interface Scored {
  /** Numbers of the box and of the class. */
  box: number
  label: number
  score: number
}

/** The likeliest class of each box, by softmax over all classes and nothing. */
function oneForEachBox({ data, dims }: Result): Scored[] {
  const [, boxes = 0, classes = 0] = dims
  return Array.from({ length: boxes }, (_, box) => {
    const scores = softmax(data.subarray(box * classes, (box + 1) * classes)).subarray(0, -1)
    const score = scores.reduce((most, value) => Math.max(most, value), 0)
    return { box, label: scores.indexOf(score), score }
  })
}

/** The best pairs of box and class, as many as there are boxes, each judged for itself. A box may come more than once. */
function bestOfAll({ data, dims }: Result): Scored[] {
  const [, boxes = 0, classes = 1] = dims
  const order = Array.from(data.subarray(0, boxes * classes).keys()).sort((a, b) => (data[b] ?? 0) - (data[a] ?? 0))
  return order.slice(0, boxes).map(place => ({
    box: Math.floor(place / classes),
    label: place % classes,
    score: sigmoid(data[place] ?? 0),
  }))
}
