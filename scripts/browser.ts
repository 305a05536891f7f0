/** The browser of the tests: one that is installed, else the one that comes as an npm package. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** Quiet, and without anything that asks the network by itself. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

function installed(): string | undefined {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)]
  return folders.flatMap(folder => names.map(name => join(folder, name))).find(path => existsSync(path))
}

/** Path of a Chromium. The packaged one (Linux x64) is unpacked into the temporary folder on first use. */
export async function findBrowser(): Promise<string> {
  const found = installed()
  if (found) return found
  const packaged = await import('@sparticuz/chromium')
  return await packaged.default.executablePath()
}

/** Starts a headless Chromium. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: await findBrowser(), args: flags })
}
