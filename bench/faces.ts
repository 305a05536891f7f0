/**
 * Finding and embedding faces with the starter models, end to end from the JPEG: ours against the same ONNX files in
 * Python's onnxruntime with OpenCV around them, with as many threads, in turns within one run.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkpointEntry, execute, type Model, type Task } from '@hearth/contract'
import { checkpoints } from '@hearth/registry/families'
import { loaders } from '@hearth/registry/loaders'
import { tasks } from '@hearth/registry/tasks'
import { timeInRuns } from '@hearth/runtime/onnx'
import { fakeContext } from '@hearth/testing'
import { pythonWith } from '@hearth/testing/python'
import { type Bench, percentile } from './bench.ts'
import { openPeer } from './peer/python-peer.ts'

const root = join(import.meta.dirname, '..')
const threads = 2
const rounds = 25
const names = ['astronaut', 'biden', 'camera', 'grace-hopper', 'obama', 'obama2', 'obama3']
const photos = names.map(name => join(root, `packages/testing/photos/${name}.jpg`))

export const bench: Bench = {
  name: 'faces',
  async run(print) {
    const requirements = ['numpy==2.4.6', 'onnxruntime==1.31.1', 'opencv-python-headless==5.0.0.93']
    const { python, missing } = await pythonWith(...requirements)
    if (missing !== undefined) throw new Error(missing)
    const { model, dir } = await starter()
    const peer = await openPeer<{ seconds: number; cpu: number; faces: number }>(
      python,
      [join(root, 'bench/faces.py'), dir, String(threads), ...photos],
      threads,
    )
    print(`${photos.length} photographs of one face each, ${threads} threads; ${JSON.stringify(peer.versions)}`)
    const ours: number[] = []
    const theirs: number[] = []
    const outside: number[] = []
    const cpu: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] }
    for (let round = 0; round <= rounds; round++) {
      const [computed, started] = [timeInRuns(), performance.now()]
      const before = process.cpuUsage()
      const faces = await embedAll(model)
      const took = performance.now() - started
      const { user, system } = process.cpuUsage(before)
      const answer = await peer.ask()
      if (faces !== photos.length || answer.faces !== faces) {
        throw new Error(`ours found ${faces} faces, the peer ${answer.faces}`)
      }
      // The first round is not counted: memory is fetched and code compiled.
      if (round === 0) continue
      ours.push(took / 1000)
      theirs.push(answer.seconds)
      outside.push(took - (timeInRuns() - computed))
      cpu.ours.push((user + system) / 1000)
      cpu.theirs.push(1000 * answer.cpu)
    }
    peer.close()
    await model.dispose()
    const [mine, other] = [percentile(ours, 0.5), percentile(theirs, 0.5)]
    const rest = perPicture(percentile(outside, 0.5))
    print(`a picture: ours ${perPicture(1000 * mine)} ms, of which ${rest} ms outside onnxruntime; the peer`)
    print(`${perPicture(1000 * other)} ms. Fastest round: ${perPicture(1000 * Math.min(...ours))} ms, the peer`)
    print(
      `${perPicture(1000 * Math.min(...theirs))} ms. Processor time: ${perPicture(percentile(cpu.ours, 0.5))} ms, the`,
    )
    print(`peer ${perPicture(percentile(cpu.theirs, 0.5))} ms: on a busy machine this says more.`)
    const ratio = other / mine
    return [
      {
        bench: 'faces',
        metric: 'faces found and embedded a second, from JPEG',
        ours: photos.length / mine,
        peer: photos.length / other,
        ratio,
        target: 0.95,
        ok: ratio >= 0.95,
      },
    ]
  },
}

const perPicture = (milliseconds: number) => (milliseconds / photos.length).toFixed(1)

async function starter(): Promise<{ model: Model; dir: string }> {
  const found = checkpoints
    .flatMap(({ family, entries }) => entries.map(entry => ({ family, entry: checkpointEntry.parse(entry) })))
    .find(({ entry }) => entry.id === 'starter-faces')
  const source = found?.entry.sources.find(source => source.kind === 'repo')
  if (!found || source?.kind !== 'repo') throw new Error('there are no starter models for faces')
  const load = (await loaders[found.family]?.())?.load
  if (!load) throw new Error(`${found.family} cannot be loaded`)
  const dir = join(root, source.path)
  const checkpoint = { ...found.entry, family: found.family, dir, digest: 'unverified', tasks: [] }
  return { model: await load(checkpoint, { device: 'cpu', deviceIndex: 0, threads }), dir }
}

const files = new Map(photos.map((path, index) => [`upload:photo-0${index}`, new Uint8Array(readFileSync(path))]))

/** Finds and embeds the faces of all photographs, one after the other; how many there were. */
async function embedAll(model: Model): Promise<number> {
  const task: Task | undefined = tasks.find(({ id }) => id === 'embed-faces')
  if (!task) throw new Error('there is no task embed-faces')
  let faces = 0
  for (const [image, bytes] of files) {
    const output = await execute(model, task, { image }, fakeContext({ references: { [image]: bytes } }))
    faces += (output as { faces: unknown[] }).faces.length
  }
  return faces
}
