import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Checkpoint } from '@hearth/contract'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchBrowser } from '../../../scripts/browser.ts'

interface Studio {
  instance: TestInstance
  browser: Browser
  /** What a browser that signed in keeps: signing in is throttled, so every visit shares it. */
  session: Awaited<ReturnType<BrowserContext['storageState']>>
  close(): Promise<void>
}

export interface StudioOptions {
  /** What the browser's camera shows, over and over: a file of JPEGs one after the other. */
  clip?: () => Promise<string>
  /** What its microphone hears, from the beginning each time: a WAV file. */
  heard?: () => Promise<string>
  /** Models beside those of the repository. */
  models?: () => Promise<Checkpoint[]>
  /** Puts into the data folder what has to be there before the start. */
  prepare?: (data: string) => Promise<void>
}

/** A real Hearth with the built studio and a browser, for the tests of one file; each visit ends with its test. */
export function openStudio(options: StudioOptions = {}) {
  let studio: Studio | undefined
  let open: Visit[] = []
  const opened = () => {
    if (!studio) throw new Error('the studio is open during tests only')
    return studio
  }
  beforeAll(async () => {
    studio = await startStudio(options)
  })
  afterAll(() => studio?.close())
  afterEach(async () => {
    const ended = open
    open = []
    for (const { context } of ended) await context.close()
    for (const { complaints } of ended) expect(complaints).toEqual([])
  })
  return {
    get instance() {
      return opened().instance
    },
    async come(how: VisitOptions = {}): Promise<Visit> {
      const visited = await visit(opened(), how)
      open.push(visited)
      return visited
    },
  }
}

async function startStudio({ clip, heard, models, prepare }: StudioOptions): Promise<Studio> {
  if (!existsSync(join(import.meta.dirname, '../out/index.html'))) {
    throw new Error('the studio is not built: npm run build -w @hearth/studio')
  }
  const data = await mkdtemp(join(tmpdir(), 'hearth-studio-'))
  await prepare?.(data)
  const instance = await startTestInstance({ data, models: (await models?.()) ?? [] })
  const browser = await launchBrowser(deviceFlags(await clip?.(), await heard?.()))
  return {
    instance,
    browser,
    session: await signIn(instance, browser),
    async close() {
      await browser.close()
      await instance.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

function deviceFlags(clip: string | undefined, heard: string | undefined): string[] {
  return [
    ...((clip ?? heard) ? ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'] : []),
    ...(clip ? [`--use-file-for-fake-video-capture=${clip}`] : []),
    ...(heard ? [`--use-file-for-fake-audio-capture=${heard}`] : []),
  ]
}

async function signIn({ url, key }: TestInstance, browser: Browser): Promise<Studio['session']> {
  const context = await browser.newContext({ baseURL: url })
  const answer = await context.request.post('/api/v1/session', { data: { key } })
  if (!answer.ok()) throw new Error(`signing in answered ${answer.status()}: ${await answer.text()}`)
  const session = await context.storageState()
  await context.close()
  return session
}

export interface Visit {
  context: BrowserContext
  page: Page
  /** Everything the page complained about. */
  complaints: string[]
}

export interface VisitOptions extends BrowserContextOptions {
  theme?: 'dark' | 'light'
  locale?: 'en-GB' | 'zh-CN'
  /** What the browser kept from earlier visits, under `hearth.<name>`. */
  kept?: Record<string, unknown>
  /** Nobody is signed in. */
  stranger?: boolean
}

/** A browser with its own cookies, signed in by key unless told otherwise. */
async function visit(studio: Studio, options: VisitOptions = {}): Promise<Visit> {
  const { theme = 'dark', locale = 'en-GB', kept = {}, stranger = false, ...context } = options
  const opened = await studio.browser.newContext({
    baseURL: studio.instance.url,
    locale,
    colorScheme: theme,
    viewport: { width: 1440, height: 900 },
    ...(stranger ? {} : { storageState: studio.session }),
    ...context,
  })
  await opened.addInitScript(entries => {
    for (const [name, value] of Object.entries(entries)) {
      const key = `hearth.${name}`
      if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify(value))
    }
  }, kept)
  const page = await opened.newPage()
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    // A refused request is the page's business; it shows what it means.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text())
    }
  })
  return { context: opened, page, complaints }
}

/** The finished picture of this prompt on the stage. */
export function result(page: Page, prompt: string) {
  return page.getByRole('img', { name: new RegExp(`^(Result: |结果：)${prompt}$`) })
}

/** Whether it has really been drawn into the page. */
export async function isDrawn(page: Page, prompt: string): Promise<boolean> {
  return await result(page, prompt).evaluate(
    image => image instanceof HTMLImageElement && image.complete && image.naturalWidth > 0,
  )
}

/** A run long enough to be looked at: some seconds on any machine. */
export const longDraft = { values: { prompt: 'purple sailboat', steps: 150, n: 4 } }
