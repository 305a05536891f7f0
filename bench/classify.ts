/** Classifying photographs with ViT base: ours against transformers on PyTorch. */
import { againstTransformers } from './against-transformers/measure.ts'
import type { Bench } from './bench.ts'

export const bench: Bench = {
  name: 'classify',
  run: print =>
    againstTransformers(
      {
        bench: 'classify',
        title: 'ViT base, 224 x 224',
        task: 'classify-image',
        input: {},
        best: output => (output as { classes: { label: string }[] }).classes[0]?.label,
      },
      print,
    ),
}
