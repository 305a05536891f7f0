import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser } from '../../../scripts/browser.ts'

export interface Studio {
  instance: TestInstance
  browser: Browser
  /** What a browser that signed in keeps: signing in is throttled, so every visit shares it. */
  session: Awaited<ReturnType<BrowserContext['storageState']>>
  close(): Promise<void>
}

/** A real Hearth with the built studio, and a browser to look at it. */
export async function startStudio(): Promise<Studio> {
  if (!existsSync(join(import.meta.dirname, '../out/index.html'))) {
    throw new Error('the studio is not built: npm run build -w @hearth/studio')
  }
  const instance = await startTestInstance()
  const browser = await launchBrowser()
  return {
    instance,
    browser,
    session: await signIn(instance, browser),
    async close() {
      await browser.close()
      await instance.stop()
    },
  }
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
export async function visit(studio: Studio, options: VisitOptions = {}): Promise<Visit> {
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
