/**
 * Drawing with the starter model, and one denoising step in the shape of Stable Diffusion 1.5: ours against diffusers on
 * PyTorch with as many threads, in turns within one run.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute, type Task } from '@hearth/contract'
import { checkpoints } from '@hearth/registry/families'
import { loaders } from '@hearth/registry/loaders'
import { tasks } from '@hearth/registry/tasks'
import { openSession, type Tensor, timeInRuns } from '@hearth/runtime/onnx'
import { fakeContext } from '@hearth/testing'
import type { Bench, Result } from './bench.ts'
import { openPeer, type PythonPeer } from './peer/python-peer.ts'

const root = join(import.meta.dirname, '..')
const cache = join(root, '.cache/bench')
const threads = 2
const steps = 20
const rounds = 7
const placement = { device: 'cpu', deviceIndex: 0, threads } as const

export const bench: Bench = {
  name: 'text-to-image',
  async run(print) {
    const python = pythonWithTorch(print)
    const results = [...(await drawing(python, print)), await step(python, print)]
    return results
  },
}

/** A Python with the versions that the golden files are made with; built at the first run. */
function pythonWithTorch(print: (line: string) => void): string {
  const python = join(cache, 'venv/bin/python')
  if (existsSync(python)) return python
  print('Installing PyTorch and diffusers for the comparison (once) ...')
  mkdirSync(cache, { recursive: true })
  const run = (command: string, args: string[]) => {
    if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0)
      throw new Error(`${command} ${args.join(' ')} failed`)
  }
  run('python3', ['-m', 'venv', join(cache, 'venv')])
  run(python, ['-m', 'pip', 'install', '-q', '-r', join(root, 'scripts/golden/requirements.txt')])
  return python
}

/** Diffusers, to draw or to take one step. */
function diffusers(python: string, kind: 'starter' | 'step', folder: string): Promise<PythonPeer<{ seconds: number }>> {
  return openPeer(python, [join(root, 'bench/text_to_image.py'), kind, folder, String(threads)], threads)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** Both sides in turns, after one round that is not counted: median seconds of each. */
async function inTurns(ours: () => Promise<unknown>, peer: () => Promise<{ seconds: number }>) {
  const times: { ours: number[]; peer: number[] } = { ours: [], peer: [] }
  for (let round = 0; round <= rounds; round++) {
    const started = performance.now()
    await ours()
    const mine = (performance.now() - started) / 1000
    const { seconds: theirs } = await peer()
    if (round > 0) {
      times.ours.push(mine)
      times.peer.push(theirs)
    }
  }
  return { ours: median(times.ours), peer: median(times.peer), times }
}

function starter(): { checkpoint: Checkpoint; family: string; task: Task } {
  const found = checkpoints
    .flatMap(({ family, entries }) => entries.map(entry => ({ family, entry: checkpointEntry.parse(entry) })))
    .find(({ entry }) => entry.starter && entry.sources.some(({ kind }) => kind === 'repo'))
  const task = tasks.find(({ id }) => id === bench.name)
  const source = found?.entry.sources.find(({ kind }) => kind === 'repo')
  if (!found || !task || source?.kind !== 'repo') throw new Error('there is no starter model')
  const dir = join(root, source.path)
  const checkpoint = { ...found.entry, family: found.family, dir, digest: 'unverified', tasks: [task.id] }
  return { checkpoint, family: found.family, task }
}

async function drawing(python: string, print: (line: string) => void): Promise<Result[]> {
  const { checkpoint, family, task } = starter()
  const load = (await loaders[family]?.())?.load
  if (!load) throw new Error(`${family} cannot be loaded`)
  const model = await load(checkpoint, placement)
  const peer = await diffusers(python, 'starter', checkpoint.dir)
  print(
    `${checkpoint.id}, 128 x 128, ${steps} steps, guidance 2, ${threads} threads; torch ${peer.versions.torch}, ${rounds} rounds in turns`,
  )
  const results: Result[] = []
  let outside = 0
  for (const [batch, target] of [
    [1, 2],
    [4, 1.6],
  ] as const) {
    const input = { prompt: 'red apple', n: batch, steps, seed: 1, guidance_scale: 2, sampler: 'dpmpp-2m' }
    const shares: number[] = []
    const draw = async () => {
      const [computed, started] = [timeInRuns(), performance.now()]
      await execute(model, task, input, fakeContext())
      shares.push(1 - (timeInRuns() - computed) / (performance.now() - started))
    }
    const turns = await inTurns(draw, () => peer.ask({ batch, steps }))
    outside = Math.max(outside, median(shares))
    print(`batch ${batch}: ours ${show(turns.times.ours)} s, diffusers ${show(turns.times.peer)} s`)
    const ratio = turns.peer / turns.ours
    results.push({
      bench: bench.name,
      metric: `pictures a second, batch ${batch}`,
      ours: batch / turns.ours,
      peer: batch / turns.peer,
      ratio,
      target,
      ok: ratio >= target,
    })
  }
  peer.close()
  await model.dispose()
  const metric = 'share of time outside onnxruntime (less is better)'
  results.push({
    bench: bench.name,
    metric,
    ours: outside,
    peer: null,
    ratio: outside / 0.03,
    target: 0.03,
    ok: outside < 0.03,
  })
  return results
}

function show(times: readonly number[]): string {
  return times.map(time => time.toFixed(2)).join(' ')
}

async function step(python: string, print: (line: string) => void): Promise<Result> {
  const folder = join(cache, 'sd15-step')
  print(
    'Stable Diffusion 1.5, one denoising step of two 64 x 64 latents, random weights, fp32 (the first run exports 3.4 GB) ...',
  )
  const peer = await diffusers(python, 'step', folder)
  const session = await openSession(join(folder, 'model.onnx'), placement)
  const noise = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * i) * 1.4)
  const feeds: Record<string, Tensor> = {
    sample: { type: 'float32', data: noise(2 * 4 * 64 * 64), dims: [2, 4, 64, 64] },
    timestep: { type: 'float32', data: Float32Array.of(500), dims: [1] },
    encoder_hidden_states: { type: 'float32', data: noise(2 * 77 * 768), dims: [2, 77, 768] },
  }
  const turns = await inTurns(
    () => session.run(feeds),
    () => peer.ask(),
  )
  peer.close()
  await session.dispose()
  print(`ours ${show(turns.times.ours)} s, PyTorch ${show(turns.times.peer)} s`)
  const ratio = turns.peer / turns.ours
  return {
    bench: bench.name,
    metric: 'denoising steps a second, Stable Diffusion 1.5',
    ours: 1 / turns.ours,
    peer: 1 / turns.peer,
    ratio,
    target: 1,
    ok: ratio >= 1,
  }
}
