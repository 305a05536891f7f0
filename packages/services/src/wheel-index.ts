import { buffer } from 'node:stream/consumers'
import { AppError } from '@hearth/contract'
import { fetchTrusted, type TrustedResponse } from '@hearth/fetch'
import { z } from 'zod'

const page = z.object({ files: z.array(z.object({ filename: z.string(), url: z.string() })) })

/** Downloads one file of a project from a Python package index (PEP 691, JSON; PEP 503, HTML, of older mirrors). */
export async function fetchWheel(wanted: { name: string; file: string; index: string | undefined }): Promise<Buffer> {
  const { name, file, index = 'https://pypi.org/simple' } = wanted
  const listing = await get(`${index}/${name}/`, 'application/vnd.pypi.simple.v1+json, text/html;q=0.5')
  const text = await listing.text()
  const isJson = listing.headers['content-type']?.includes('json') ?? false
  const link = isJson ? fromJson(text, file) : fromHtml(text, file)
  if (!link) throw new AppError('unavailable', `${index} does not list ${file}`)
  return buffer((await get(new URL(link, listing.url).href, '*/*')).body)
}

async function get(url: string, accept: string): Promise<TrustedResponse> {
  const response = await fetchTrusted(url, { headers: { accept } })
  if (response.status === 200) return response
  response.body.destroy()
  throw new AppError('unavailable', `${url} answered ${response.status}`)
}

function fromJson(text: string, file: string): string | undefined {
  return page.parse(JSON.parse(text)).files.find(entry => entry.filename === file)?.url
}

function fromHtml(html: string, file: string): string | undefined {
  for (const match of html.matchAll(/<a\s[^>]*href="([^"]+)"[^>]*>([^<]*)<\/a>/gi)) {
    if (match[2]?.trim() === file) return match[1]?.replaceAll('&amp;', '&')
  }
  return undefined
}
