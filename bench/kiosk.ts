/**
 * Whether a kiosk grows: a real one, page, camera and all, before a film that goes round and round (somebody known,
 * nobody, somebody unknown, nobody), with and without the actions it asks for. `npm run bench -- kiosk 120` runs for so
 * many minutes after as many again, at most ten, in which everything has been seen once.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { cameraFilm, photo } from '../packages/testing/src/camera-film.ts'
import { startTestInstance, type TestInstance } from '../packages/testing/src/instance.ts'
import { launchBrowser } from '../scripts/browser.ts'
import { type Bench, percentile, type Result } from './bench.ts'
import { processMemory, processTree } from './processes/memory.ts'

const minutes = Number(process.argv[3] ?? 120)
const warmUp = Math.min(10, minutes)
/** Growth that is allowed, over the median of the first tenth of the samples. */
const target = 1.05
const sampleEvery = 30
/** Minutes after which actions are asked for, or no longer. */
const changeEvery = 5

export const bench: Bench = {
  name: 'kiosk',
  async run(print) {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
    const instance = await startTestInstance({ env: { HEARTH_TEST_FAMILIES: '0' } })
    let browser: Browser | undefined
    try {
      const film = join(folder, 'film.mjpeg')
      await cameraFilm(film, [
        { photo: 'obama3', seconds: 12 },
        { seconds: 4 },
        { photo: 'biden', seconds: 8 },
        { seconds: 4 },
      ])
      await enrol(instance)
      const key = await kioskKey(instance)
      browser = await launchBrowser([
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-video-capture=${film}`,
      ])
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      await page.goto(`${instance.url}/kiosk/#key=${key}`)
      const phases = new Map<string, number>()
      await page.exposeFunction('hearthPhase', (phase: string) => phases.set(phase, (phases.get(phase) ?? 0) + 1))
      await page.locator('main[data-phase]').evaluate(main => {
        new MutationObserver(() => Reflect.get(window, 'hearthPhase')(main.getAttribute('data-phase'))).observe(main, {
          attributes: true,
          attributeFilter: ['data-phase'],
        })
      })
      await run(instance, warmUp, () => Promise.resolve())
      print(`after ${warmUp} minutes: ${said(phases)}`)
      phases.clear()
      const samples: Record<string, number>[] = []
      await run(instance, minutes, async minute => {
        const sample = await measure(instance, browser as Browser)
        samples.push(sample)
        if (samples.length % 20 === 1) print(`${minute.toFixed(0).padStart(4)} min ${line(sample)}`)
      })
      print(`in ${minutes} minutes: ${said(phases)}`)
      return judge(samples)
    } finally {
      await browser?.close()
      await instance.stop()
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function enrol(instance: TestInstance): Promise<void> {
  const form = new FormData()
  form.append('name', 'Barack Obama')
  form.append('consent', JSON.stringify({ given_by: 'Barack Obama', text_version: 'bench' }))
  for (const name of ['obama', 'obama2']) form.append('images', new Blob([await readFile(photo(name))]), `${name}.jpg`)
  await sent(instance, '/api/v1/people', { method: 'POST', body: form })
}

async function kioskKey(instance: TestInstance): Promise<string> {
  const answer = await sent(instance, '/api/v1/keys', json('POST', { name: 'door', scopes: ['kiosk'] }))
  return ((await answer.json()) as { secret: string }).secret
}

/** Lets so many minutes pass. Actions are asked for and not, by turns. */
async function run(instance: TestInstance, length: number, sample: (minute: number) => Promise<void>): Promise<void> {
  const start = performance.now()
  const minute = () => (performance.now() - start) / 60_000
  let challenge: boolean | undefined
  while (minute() < length) {
    const wanted = Math.floor(minute() / changeEvery) % 2 === 0
    if (wanted !== challenge) {
      challenge = wanted
      await sent(instance, '/api/v1/kiosk/settings', json('PUT', { challenge, attendance_minutes: 1 }))
    }
    await sample(minute())
    await delay(sampleEvery * 1000)
  }
}

/** MB of the resident sets, by part. */
async function measure(instance: TestInstance, browser: Browser): Promise<Record<string, number>> {
  const { hearth = 0, api = 0, worker = 0, postgres = 0, valkey = 0 } = instance.pids()
  const resident = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + processMemory(pid).resident, 0)
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
  return {
    supervisor: resident([hearth]),
    api: resident([api]),
    worker: resident([worker]),
    engines: resident(processTree(worker).filter(pid => pid !== worker)),
    valkey: resident([valkey]),
    // Connections come and go; every page of the shared buffers counts once in each.
    postgres: processMemory(postgres).resident,
    page: Math.max(...renderers.map(pid => processMemory(pid).resident)),
  }
}

function judge(samples: readonly Record<string, number>[]): Result[] {
  const tenth = Math.max(1, Math.floor(samples.length / 10))
  const parts = Object.keys(samples[0] ?? {})
  const median = (of: readonly Record<string, number>[], part: string) =>
    percentile(
      of.map(sample => sample[part] ?? 0),
      0.5,
    )
  return parts.map(part => {
    const first = median(samples.slice(0, tenth), part)
    const last = median(samples.slice(-tenth), part)
    const ratio = last / first
    const metric = `resident MB of ${part} at the end of ${minutes} minutes, against their begin (less is better)`
    return { bench: 'kiosk', metric, ours: last, peer: first, ratio, target, ok: ratio <= target }
  })
}

async function sent(instance: TestInstance, path: string, init: RequestInit): Promise<Response> {
  const answer = await instance.request(path, init)
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  return answer
}

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const said = (phases: ReadonlyMap<string, number>) =>
  [...phases].map(([phase, count]) => `${phase} ${count} times`).join(', ')

const line = (sample: Record<string, number>) =>
  Object.entries(sample)
    .map(([part, megabytes]) => `${part} ${megabytes.toFixed(0)}`)
    .join(', ')
