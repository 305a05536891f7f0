import { AppError } from '@hearth/contract'
import { z } from 'zod'
import type { HashName } from '../pull/partial-file.ts'
import { npmRegistry } from './client-settings.ts'
import { fetchJson, headersFor, maxArchive, type OpenSource, splitCredentials } from './source.ts'

const document = z.object({
  dist: z.object({ tarball: z.url(), integrity: z.string().optional(), shasum: z.string().optional() }),
})
const publicHost = 'registry.npmjs.org'

/** A package of the npm registry: its tarball, checked against the registry's own digest. */
export const openNpm: OpenSource<'npm'> = async (source, pull) => {
  const { config } = pull.context
  const scope = source.name.startsWith('@') ? source.name.split('/')[0] : undefined
  const { url: registry, headers } = splitCredentials(await npmRegistry(config.npmRegistry, scope, config.repo))
  const name = `${source.name}@${source.version}`
  const hint = (status: number) =>
    status === 404 ? 'The registry does not have that version.' : 'Check the registry, or set HEARTH_NPM_REGISTRY.'
  const address = `${registry}/${source.name.replace('/', '%2f')}/${encodeURIComponent(source.version)}`
  const { json } = await fetchJson(address, pull, { headers, name, hint })
  const parsed = document.safeParse(json)
  const digest = parsed.success ? readIntegrity(parsed.data.dist) : undefined
  if (!parsed.success || !digest) {
    throw new AppError('unavailable', `${name}: the registry gives no address or no digest`, { retryable: false })
  }
  const url = atRegistry(parsed.data.dist.tarball, registry)
  return {
    kind: 'archive',
    format: 'tar',
    folder: source.path,
    target: {
      url,
      headers: headersFor(url, registry, headers),
      name,
      bytes: undefined,
      digest,
      maxBytes: maxArchive,
      hint,
    },
  }
}

/** The strongest digest that is given. */
function readIntegrity(dist: { integrity?: string | undefined; shasum?: string | undefined }) {
  for (const algorithm of ['sha512', 'sha256'] as const satisfies HashName[]) {
    const part = dist.integrity?.split(/\s+/).find(text => text.startsWith(`${algorithm}-`))
    if (part !== undefined) {
      return { algorithm, hex: Buffer.from(part.slice(algorithm.length + 1), 'base64').toString('hex') }
    }
  }
  return dist.shasum === undefined ? undefined : { algorithm: 'sha1' as const, hex: dist.shasum }
}

/** Mirrors pass on addresses of the public registry; as npm itself does, the mirror is asked. */
function atRegistry(tarball: string, registry: string): string {
  const { host, pathname } = new URL(tarball)
  return host === publicHost ? `${registry}${pathname}` : tarball
}
