/** Detecting things in photographs with RT-DETR: ours against transformers on PyTorch. */
import { againstTransformers } from './against-transformers/measure.ts'
import type { Bench } from './bench.ts'

export const bench: Bench = {
  name: 'detect',
  run: print =>
    againstTransformers(
      {
        bench: 'detect',
        title: 'RT-DETR with ResNet-18, 640 x 640',
        task: 'detect-objects',
        input: { min_score: 0, max_objects: 300 },
        best: output => (output as { objects: { label: string }[] }).objects[0]?.label,
      },
      print,
    ),
}
