/** The browser of the tests: one that is installed, else the one that comes as an npm package. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
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

/** The packaged Chromium (Linux x64), unpacked into the temporary folder, and the libraries that a bare machine lacks. */
async function packaged(): Promise<{ executablePath: string; env: Record<string, string> }> {
  const { default: chromium } = await import('@sparticuz/chromium')
  const archive = fileURLToPath(new URL('../bin/al2023.tar.br', import.meta.resolve('@sparticuz/chromium')))
  const libraries = await mkdtemp(join(tmpdir(), 'hearth-chromium-'))
  const tar = spawn('tar', ['-x', '-C', libraries], { stdio: ['pipe', 'ignore', 'inherit'] })
  const ended = once(tar, 'exit')
  await pipeline(createReadStream(archive), createBrotliDecompress(), tar.stdin)
  await ended
  return { executablePath: await chromium.executablePath(), env: { LD_LIBRARY_PATH: join(libraries, 'lib') } }
}

/** Starts a headless Chromium, with more flags where a test needs them. The caller closes it. */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const args = [...flags, ...more]
  const found = installed()
  if (found) return await chromium.launch({ executablePath: found, args })
  const { executablePath, env } = await packaged()
  return await chromium.launch({ executablePath, args, env: { ...process.env, ...env } })
}
