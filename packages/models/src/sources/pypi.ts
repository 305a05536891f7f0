import { AppError } from '@hearth/contract'
import { z } from 'zod'
import { pypiIndex } from './client-settings.ts'
import { fetchPage, headersFor, maxArchive, type OpenSource, splitCredentials } from './source.ts'

interface Wheel {
  filename: string
  url: string
  sha256: string | undefined
}

const project = z.object({
  files: z.array(z.object({ filename: z.string(), url: z.string(), hashes: z.record(z.string(), z.string()) })),
})
const accept = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1'

/** A package of a Python index (PEP 503 and 691): its wheel, checked against the index's own digest. */
export const openPypi: OpenSource<'pypi'> = async (source, pull) => {
  const { config } = pull.context
  const { url: index, headers } = splitCredentials(await pypiIndex(config.pypiIndex, config.repo))
  const name = `${source.name}==${source.version}`
  const hint = (status: number) =>
    status === 404 ? 'The index does not have that package.' : 'Check the index, or set HEARTH_PYPI_INDEX.'
  const page = await fetchPage(`${index}/${normal(source.name)}/`, pull, {
    headers: { ...headers, accept },
    name,
    hint,
  })
  const wheels = page.headers['content-type']?.includes('json') ? readJson(page.body, name) : readHtml(page.body)
  const wheel = choose(wheels, source.name, source.version)
  if (!wheel?.sha256) {
    throw new AppError('unavailable', `${name}: the index has no wheel with a digest`, {
      hint: hint(404),
      retryable: false,
    })
  }
  const url = new URL(wheel.url, page.url).href
  return {
    kind: 'archive',
    format: 'zip',
    folder: source.path,
    target: {
      url,
      headers: headersFor(url, index, headers),
      name: wheel.filename,
      bytes: undefined,
      digest: { algorithm: 'sha256', hex: wheel.sha256 },
      maxBytes: maxArchive,
      hint,
    },
  }
}

/** Any wheel will do for data; one for all platforms comes first, then by name so that the choice is stable. */
function choose(wheels: Wheel[], name: string, version: string): Wheel | undefined {
  const fitting = wheels.filter(({ filename }) => {
    const [wheelName = '', wheelVersion] = filename.split('-')
    return filename.endsWith('.whl') && normal(wheelName) === normal(name) && wheelVersion === version
  })
  return fitting.find(({ filename }) => filename.endsWith('-any.whl')) ?? fitting.sort(byName)[0]
}

const byName = (a: Wheel, b: Wheel) => (a.filename < b.filename ? -1 : 1)

function readJson(body: string, name: string): Wheel[] {
  try {
    return project.parse(JSON.parse(body)).files.map(({ filename, url, hashes }) => ({
      filename,
      url,
      sha256: hashes.sha256,
    }))
  } catch (cause) {
    throw new AppError('unavailable', `${name}: the index answers in an unknown form`, { retryable: false, cause })
  }
}

function readHtml(body: string): Wheel[] {
  return [...body.matchAll(/<a\b[^>]*\bhref\s*=\s*["']([^"']+)["'][^>]*>([^<]*)<\/a>/gi)].map(
    ([, href = '', text = '']) => {
      const [url = '', fragment = ''] = href.replaceAll('&amp;', '&').split('#')
      return { filename: text.trim(), url, sha256: /^sha256=([0-9a-f]{64})$/i.exec(fragment)?.[1]?.toLowerCase() }
    },
  )
}

/** PEP 503. */
function normal(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}
