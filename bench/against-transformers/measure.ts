/** Looking at photographs with one model: ours against transformers on PyTorch, in turns within one run. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Checkpoint, execute, type Model, type Task } from '@hearth/contract'
import { loaders } from '@hearth/registry/loaders'
import { tasks } from '@hearth/registry/tasks'
import { fakeContext } from '@hearth/testing'
import { pythonWith } from '@hearth/testing/python'
import { percentile, type Result } from '../bench.ts'
import { openPeer } from '../peer/python-peer.ts'

const root = join(import.meta.dirname, '../..')
const photoFolder = join(root, 'packages/testing/photos')
const threads = 2
const rounds = 5
const photographs = 5
const requirements = ['torch==2.13.0', 'transformers==5.23.0', 'pillow==13.0.0', 'numpy==2.4.6', 'onnx==1.23.2']

export interface Subject {
  bench: string
  /** What the model is, in words. */
  title: string
  task: string
  /** Fields besides the picture. */
  input: object
  /** The label of what the model is surest of. */
  best(output: unknown): string | undefined
}

/** Photographs a second, end to end from the JPEG, with the same weights and as many threads. */
export async function againstTransformers(subject: Subject, print: (line: string) => void): Promise<Result[]> {
  print('The first run installs PyTorch and exports the model ...')
  const { python, missing } = await pythonWith(...requirements)
  if (missing !== undefined) throw new Error(missing)
  const photos = readdirSync(photoFolder)
    .filter(name => name.endsWith('.jpg'))
    .slice(0, photographs)
    .map(name => join(photoFolder, name))
  const folder = join(root, '.cache/bench', `transformers-${subject.bench}`)
  const peer = await openPeer<{ seconds: number; answers: string[] }>(
    python,
    [join(import.meta.dirname, 'peer.py'), subject.bench, folder, String(threads), ...photos],
    threads,
  )
  const model = await openOurs(folder)
  const files = photos.map((path, i) => [`upload:photograph-${i}`, new Uint8Array(readFileSync(path))] as const)
  print(
    `${subject.title}, random weights, ${files.length} photographs, ${threads} threads each, ${rounds} rounds in turns`,
  )
  print(`peer: ${JSON.stringify(peer.versions)}`)
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    const started = performance.now()
    const mine = await lookAtAll(model, subject, files)
    const took = (performance.now() - started) / 1000
    const { seconds, answers } = await peer.ask()
    checkSame(mine, answers)
    // The first round is not counted: memory is fetched and code compiled.
    if (round === 0) continue
    ours.push(took)
    theirs.push(seconds)
  }
  peer.close()
  await model.dispose()
  print(`seconds a round: ours ${show(ours)}, transformers ${show(theirs)}`)
  const [mine, other] = [percentile(ours, 0.5), percentile(theirs, 0.5)]
  const ratio = other / mine
  const metric = 'photographs a second, from JPEG'
  const figure = { ours: files.length / mine, peer: files.length / other, ratio, target: 1, ok: ratio >= 1 }
  return [{ bench: subject.bench, metric, ...figure }]
}

const show = (times: readonly number[]) => times.map(time => time.toFixed(2)).join(' ')

/** Both must have computed the same; a rounding in the picture may turn what is nearly even. */
function checkSame(ours: readonly (string | undefined)[], theirs: readonly string[]): void {
  const same = ours.filter((label, i) => label === theirs[i]).length
  if (same < 0.8 * theirs.length) throw new Error(`ours saw ${ours.join(', ')}; the peer ${theirs.join(', ')}`)
}

async function openOurs(dir: string): Promise<Model> {
  const load = (await loaders.transformers?.())?.load
  if (!load) throw new Error('the family cannot be loaded')
  const licence = { id: 'none', must_accept: false }
  const plain = {
    aliases: [],
    defaults: {},
    example_prompts: [],
    languages: [],
    digest: 'unverified',
    starter: false,
    tasks: [],
  }
  const names = { id: 'bench', family: 'transformers', title: '', description: '' }
  const checkpoint: Checkpoint = { ...plain, ...names, licence, precision: 'fp32', dir, bytes: 0 }
  return load(checkpoint, { device: 'cpu', deviceIndex: 0, threads })
}

async function lookAtAll(model: Model, subject: Subject, files: readonly (readonly [string, Uint8Array])[]) {
  const task: Task | undefined = tasks.find(({ id }) => id === subject.task)
  if (!task) throw new Error(`there is no task ${subject.task}`)
  const labels: (string | undefined)[] = []
  for (const [image, bytes] of files) {
    const context = fakeContext({ references: { [image]: bytes } })
    labels.push(subject.best(await execute(model, task, { image, ...subject.input }, context)))
  }
  return labels
}
