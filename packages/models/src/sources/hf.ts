import { AppError } from '@hearth/contract'
import { z } from 'zod'
import { pathBelow } from '../pull/safe-path.ts'
import { encodePath, fetchJson, type OpenSource, type RemoteFile } from './source.ts'

const tree = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.number().default(0),
    lfs: z.object({ oid: z.string(), size: z.number() }).optional(),
  }),
)
const maxPages = 100

/** Hugging Face or a mirror of it: the tree of a revision, page by page, then `/{id}/resolve/{revision}/{path}`. */
export const openHf: OpenSource<'hf'> = async (source, pull) => {
  const { hfEndpoint: endpoint, hfToken: token } = pull.context.config
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const id = encodePath(source.id)
  const revision = encodeURIComponent(source.revision)
  const hint = (status: number) => hintFor(status, source.id, endpoint, token !== undefined)
  const files: RemoteFile[] = []
  let url: string | undefined = `${endpoint}/api/models/${id}/tree/${revision}?recursive=true&expand=false`
  for (let page = 0; url !== undefined && page < maxPages; page += 1) {
    const answer: { json: unknown; headers: Record<string, string> } = await fetchJson(url, pull, {
      headers,
      name: source.id,
      hint,
    })
    const items = tree.safeParse(answer.json)
    if (!items.success) {
      throw new AppError('unavailable', `${source.id}: ${new URL(url).host} lists files in an unknown form`, {
        retryable: false,
        cause: items.error,
      })
    }
    for (const item of items.data) {
      const path = item.type === 'file' ? pathBelow(item.path, source.path) : undefined
      if (path === undefined) continue
      files.push({
        path,
        url: `${endpoint}/${id}/resolve/${revision}/${encodePath(item.path)}`,
        bytes: item.lfs?.size ?? item.size,
        sha256: item.lfs && /^[0-9a-f]{64}$/.test(item.lfs.oid) ? item.lfs.oid : undefined,
      })
    }
    url = nextPage(answer.headers.link, endpoint)
  }
  return { kind: 'files', files, headers, hint }
}

/** Mirrors pass on the original's links; the next page is asked of the mirror. */
function nextPage(link: string | undefined, endpoint: string): string | undefined {
  const next = /<([^>]+)>;\s*rel="?next"?/.exec(link ?? '')?.[1]
  if (next === undefined) return undefined
  const { pathname, search } = new URL(next, endpoint)
  const base = new URL(endpoint)
  const prefix = base.pathname.replace(/\/+$/, '')
  return `${base.origin}${pathname.startsWith(`${prefix}/`) ? '' : prefix}${pathname}${search}`
}

function hintFor(status: number, id: string, endpoint: string, hasToken: boolean): string {
  if (status === 401 || status === 403) {
    return hasToken
      ? `The token in HF_TOKEN may not read it: accept its conditions at ${endpoint}/${id} with the token's account.`
      : `It is gated or private: accept its conditions at ${endpoint}/${id}, make a token and set HF_TOKEN.`
  }
  if (status === 404) return 'The name or the revision does not exist there; the catalogue may be out of date.'
  return 'Try again later, or set HF_ENDPOINT to a mirror.'
}
