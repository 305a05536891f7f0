import { AppError } from '@hearth/contract'
import { z } from 'zod'
import { pathBelow } from '../pull/safe-path.ts'
import { encodePath, fetchJson, type OpenSource, type RemoteFile } from './source.ts'

const listing = z.object({
  Code: z.number(),
  Message: z.string().optional(),
  Data: z
    .object({
      Files: z
        .array(
          z.object({ Type: z.string(), Path: z.string(), Size: z.number().default(0), Sha256: z.string().nullish() }),
        )
        .nullable(),
    })
    .nullish(),
})

/** ModelScope: the list of files of a revision, then `/api/v1/models/{id}/repo?FilePath=`. */
export const openModelScope: OpenSource<'modelscope'> = async (source, pull) => {
  const { modelscopeEndpoint: endpoint, modelscopeToken: token } = pull.context.config
  // Newer servers read the header, older ones the cookie.
  const headers: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}`, cookie: `m_session_id=${token}` }
  const base = `${endpoint}/api/v1/models/${encodePath(source.id)}/repo`
  const revision = encodeURIComponent(source.revision)
  const hint = (status: number) => hintFor(status, token !== undefined)
  const { json } = await fetchJson(`${base}/files?Revision=${revision}&Recursive=true`, pull, {
    headers,
    name: source.id,
    hint,
  })
  const parsed = listing.safeParse(json)
  if (!parsed.success || parsed.data.Code !== 200) {
    const said = parsed.success ? (parsed.data.Message ?? `code ${parsed.data.Code}`) : 'an unknown form of list'
    throw new AppError('unavailable', `${source.id}: ${new URL(base).host} answered with ${said}`, {
      hint: hint(parsed.success ? parsed.data.Code : 0),
      retryable: false,
    })
  }
  const files: RemoteFile[] = []
  for (const item of parsed.data.Data?.Files ?? []) {
    const path = item.Type === 'tree' ? undefined : pathBelow(item.Path, source.path)
    if (path === undefined) continue
    files.push({
      path,
      url: `${base}?Revision=${revision}&FilePath=${encodeURIComponent(item.Path)}`,
      bytes: item.Size,
      sha256: item.Sha256 && /^[0-9a-f]{64}$/.test(item.Sha256) ? item.Sha256 : undefined,
    })
  }
  return { kind: 'files', files, headers, hint }
}

function hintFor(status: number, hasToken: boolean): string {
  if (status === 401 || status === 403) {
    return hasToken ? 'The token in MODELSCOPE_API_TOKEN may not read it.' : 'It is private: set MODELSCOPE_API_TOKEN.'
  }
  if (status === 404) return 'The name or the revision does not exist there; the catalogue may be out of date.'
  return 'Try again later, or set MODELSCOPE_ENDPOINT to a mirror.'
}
