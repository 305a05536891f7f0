/**
 * Vectors of 200 texts of mixed length by the starter's embedder: ours through its executor, against the same ONNX file
 * and the same tokenizer in Python, with as many threads, in turns within one run. The peer takes 32
 * texts at a time, the longest first, as sentence-transformers does; ours takes those of like length together.
 */
import { join } from 'node:path'
import { execute } from '@hearth/contract'
import { fakeContext } from '@hearth/testing'
import { pulledModel } from '@hearth/testing/pulled-model'
import { pythonWith } from '@hearth/testing/python'
import { task } from '../packages/language/src/embed-text/spec.ts'
import catalogue from '../packages/language/src/families/text-embedder/checkpoints.json' with { type: 'json' }
import { family } from '../packages/language/src/families/text-embedder/family.ts'
import { load } from '../packages/language/src/families/text-embedder/load.ts'
import { type Bench, percentile } from './bench.ts'
import { openPeer } from './peer/python-peer.ts'

const threads = 2
const rounds = 5

const subjects = ['A cat', 'The ferry to Oslo', 'My neighbour', 'An old engineer', 'This database']
const deeds = ['sleeps in the sun', 'was repaired in 1997', 'sings when it rains', 'cannot be trusted with secrets']
const endings = ['', ' before winter comes', ', and nobody knows why it has to be so early in the morning']

/** How many sentences each text has: short and long ones next to each other, of 6 to about 100 tokens. */
const lengths = [1, 1, 2, 1, 3, 1, 5]

const texts = Array.from({ length: 200 }, (_, at) => {
  const sentence = (n: number) =>
    `${subjects[n % subjects.length]} ${deeds[(3 * n) % deeds.length]}${endings[(7 * n) % endings.length]}.`
  return Array.from({ length: lengths[at % lengths.length] ?? 1 }, (_, part) => sentence(at + part)).join(' ')
})

export const bench: Bench = {
  name: 'embed',
  async run(print) {
    const { python, missing } = await pythonWith('numpy==2.4.6', 'onnxruntime==1.31.1', 'tokenizers==0.23.3')
    if (missing !== undefined) throw new Error(missing)
    const checkpoint = await pulledModel(family, catalogue, 'starter-embedder')
    const model = await load(checkpoint, { device: 'cpu', deviceIndex: 0, threads })
    const peer = await openPeer<{ seconds: number; cpu: number; vectors: number[][] }>(
      python,
      [join(import.meta.dirname, 'embed.py'), checkpoint.dir, String(threads)],
      threads,
    )
    print(`${texts.length} texts, ${threads} threads; ${JSON.stringify(peer.versions)}`)
    const [ours, theirs]: [number[], number[]] = [[], []]
    const cpu: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] }
    for (let round = 0; round <= rounds; round++) {
      const [before, started] = [process.cpuUsage(), performance.now()]
      const { embeddings } = task.output.parse(await execute(model, task, { texts }, fakeContext()))
      const took = (performance.now() - started) / 1000
      const { user, system } = process.cpuUsage(before)
      const answer = await peer.ask({ texts })
      const apart = Math.max(...embeddings.map((vector, at) => 1 - dot(vector, answer.vectors[at] ?? [])))
      // Weights of 8 bits round what they multiply by the batch's own scale.
      if (!(apart < 0.01)) throw new Error(`the vectors are apart by ${apart}`)
      // The first round is not counted: memory is fetched and code compiled.
      if (round === 0) continue
      ours.push(took)
      theirs.push(answer.seconds)
      cpu.ours.push((user + system) / 1e6)
      cpu.theirs.push(answer.cpu)
    }
    peer.close()
    await model.dispose()
    const [mine, other] = [percentile(ours, 0.5), percentile(theirs, 0.5)]
    print(`fastest round: ours ${Math.min(...ours).toFixed(3)} s, the peer ${Math.min(...theirs).toFixed(3)} s`)
    const used = { ours: percentile(cpu.ours, 0.5).toFixed(2), theirs: percentile(cpu.theirs, 0.5).toFixed(2) }
    print(`processor time: ours ${used.ours} s, the peer ${used.theirs} s: on a busy machine this says more.`)
    const ratio = other / mine
    const rates = { ours: texts.length / mine, peer: texts.length / other }
    return [{ bench: 'embed', metric: 'texts a second', ...rates, ratio, target: 1, ok: ratio >= 1 }]
  },
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
