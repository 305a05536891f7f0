/**
 * The starter's voice: seconds of sound a second and the time to the first sound, ours through its executor against
 * sherpa-onnx's own Python package with the same weights as our loader completes them, with as many threads, in turns
 * within one run. Then 50 sentences are spoken and written down by Whisper tiny.en, and the wrong words counted.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, execute, type Model } from '@hearth/contract'
import { fakeContext } from '@hearth/testing'
import { pythonWith } from '@hearth/testing/python'
import { pythonEnvironment } from '@hearth/testing/python-environment'
import { spoken } from '../packages/speech/src/families/faster-whisper/clips-under-test.ts'
import { load as loadWhisper } from '../packages/speech/src/families/faster-whisper/load.ts'
import { englishWhisper } from '../packages/speech/src/families/faster-whisper/starter-under-test.ts'
import { completeVoice } from '../packages/speech/src/families/piper/complete-voice.ts'
import { load } from '../packages/speech/src/families/piper/load.ts'
import { starterVoice } from '../packages/speech/src/families/piper/starter-under-test.ts'
import { readVoiceConfig, tokensText } from '../packages/speech/src/families/piper/voice-config.ts'
import { task } from '../packages/speech/src/synthesise-speech/spec.ts'
import { task as transcribe } from '../packages/speech/src/transcribe/spec.ts'
import { wordErrors } from '../packages/speech/src/transcript/word-error-rate.ts'
import { type Bench, percentile, type Result } from './bench.ts'
import { openPeer } from './peer/python-peer.ts'
import { sentences } from './speech/sentences.ts'

const threads = 2
const rounds = 3
/** What is read in one go. */
const page = sentences.slice(0, 10)

interface Read {
  /** From the beginning to the first sound. */
  first: number
  seconds: number
  /** Seconds of all threads. */
  cpu: number
  /** Length of the sound. */
  sound: number
}

export const bench: Bench = {
  name: 'speak',
  async run(print) {
    const { python, missing } = await pythonWith('sherpa-onnx==1.13.8', 'numpy==2.4.6')
    if (missing !== undefined) throw new Error(missing)
    const checkpoint = await starterVoice()
    const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-speak-'))
    const voice = await load(checkpoint, { device: 'cpu', deviceIndex: 0, threads })
    const reads: Record<'ours' | 'peer', Read[]> = { ours: [], peer: [] }
    try {
      const options = await completeFiles(checkpoint, folder)
      const script = join(import.meta.dirname, 'speak.py')
      const peer = await openPeer<Read>(python, [script, JSON.stringify(options)], threads)
      print(`${page.length} sentences a time, ${threads} threads; ${JSON.stringify(peer.versions)}`)
      for (let round = 0; round <= rounds; round++) {
        const ours = await read(voice)
        const theirs = await peer.ask({ sentences: page })
        // The first round is not counted: memory is fetched and code compiled.
        if (round === 0) continue
        reads.ours.push(ours)
        reads.peer.push(theirs)
      }
      peer.close()
    } finally {
      await voice.dispose()
      await rm(folder, { recursive: true, force: true })
    }
    const pace = ({ sound, seconds }: Read) => sound / seconds
    const [first, theirs] = [median(reads.ours, ({ first }) => first), median(reads.peer, ({ first }) => first)]
    print(`first sound after ${(1000 * first).toFixed(0)} ms, the peer's after ${(1000 * theirs).toFixed(0)} ms`)
    const used = [reads.ours, reads.peer].map(side => median(side, ({ cpu, sound }) => cpu / sound).toFixed(3))
    print(
      `processor time of a second of sound: ours ${used[0]} s, the peer ${used[1]} s: on a busy machine this says more.`,
    )
    return [
      result('seconds of sound a second', median(reads.ours, pace), median(reads.peer, pace), 0.95),
      result('first sounds a second (1 over the time to the first sound)', 1 / first, 1 / theirs, 0.9),
      await roundTrip(print),
    ]
  },
}

const median = (reads: readonly Read[], of: (read: Read) => number): number => percentile(reads.map(of), 0.5)

const result = (metric: string, ours: number, peer: number, target: number): Result => ({
  bench: 'speak',
  metric,
  ours,
  peer,
  ratio: ours / peer,
  target,
  ok: ours / peer >= target,
})

/** The voice's files as our loader makes them for sherpa, and its settings. */
async function completeFiles({ dir }: Checkpoint, folder: string) {
  const name = (await readdir(dir)).find(file => file.endsWith('.onnx'))
  if (name === undefined) throw new Error(`there is no voice in ${dir}`)
  const config = await readVoiceConfig(join(dir, `${name}.json`))
  const [model, tokens] = [join(folder, 'voice.onnx'), join(folder, 'tokens.txt')]
  await writeFile(model, completeVoice(await readFile(join(dir, name)), config))
  await writeFile(tokens, tokensText(config))
  const { noise_scale, noise_w, length_scale } = config.inference
  return { model, tokens, data_dir: join(dir, 'espeak-ng-data'), noise_scale, noise_w, length_scale, threads }
}

async function read(voice: Model): Promise<Read> {
  const [before, started] = [process.cpuUsage(), performance.now()]
  const passed = () => (performance.now() - started) / 1000
  let first: number | undefined
  const context = fakeContext()
  const listening = {
    ...context,
    chunk: () => {
      first ??= passed()
    },
  }
  const { seconds: sound } = task.output.parse(await execute(voice, task, { text: page.join(' ') }, listening))
  if (first === undefined) throw new Error('there was no sound')
  const { user, system } = process.cpuUsage(before)
  return { first, seconds: passed(), cpu: (user + system) / 1e6, sound }
}

/** What Whisper tiny.en hears of all sentences in the starter's voice. */
async function roundTrip(print: (line: string) => void): Promise<Result> {
  const missing = await pythonEnvironment('speech')
  if (missing !== undefined) throw new Error(missing)
  const ear = await loadWhisper(await englishWhisper(), { device: 'cpu', deviceIndex: 0, threads })
  let [errors, words] = [0, 0]
  for (const [index, clip] of (await spoken(sentences)).entries()) {
    const said = sentences[index] ?? ''
    const context = fakeContext({ references: { 'upload:the-clip': clip } })
    const { text } = transcribe.output.parse(await execute(ear, transcribe, { audio: 'upload:the-clip' }, context))
    const found = wordErrors(said, text)
    if (found.errors > 0) print(`said: ${said} Heard: ${text}`)
    errors += found.errors
    words += found.words
  }
  await ear.dispose()
  print(`${errors} of ${words} words were heard wrong`)
  const metric = 'share of words heard wrong by Whisper tiny.en (less is better)'
  return {
    bench: 'speak',
    metric,
    ours: errors / words,
    peer: null,
    ratio: null,
    target: 0.1,
    ok: errors / words <= 0.1,
  }
}
