import { readFile } from 'node:fs/promises'
import type { OutputFile } from '@hearth/contract'
import { signLink } from '@hearth/files'
import type { JobRow } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { outputPath } from '../../intake/job-view.ts'
import type { PictureOrder } from './picture-order.ts'

/** Milliseconds for which an address in an answer can be read. */
const linkLife = 3600_000
/** Clients of this dialect count tokens. Pictures drawn here have none. */
export const noTokens = {
  input_tokens: 0,
  input_tokens_details: { text_tokens: 0, image_tokens: 0 },
  output_tokens: 0,
  total_tokens: 0,
}
const drawn = z.object({ seed: z.int() })

export interface Delivery {
  deps: Pick<ApiDeps, 'files' | 'secret'>
  /** Of the server, as the client reaches it. */
  address: string
  /** As `PictureOrder` has it. */
  delivery: PictureOrder['delivery']
  prompt: string
}

/** The pictures of a job that has succeeded, in the union of OpenAI's and SiliconFlow's answers. */
export async function pictureAnswer(row: JobRow, { deps, address, delivery, prompt }: Delivery) {
  const pictures = row.outputs.filter(file => file.mime.startsWith('image/'))
  const expires = new Date(Date.now() + linkLife)
  const urls = pictures.map(file => address + signLink(deps.secret, outputPath(row.id, file.name), expires))
  const data = await Promise.all(
    pictures.map(async (file, i) =>
      delivery.format === 'url'
        ? { url: urls[i], revised_prompt: prompt }
        : { b64_json: await pictureBase64(deps, row, file), revised_prompt: prompt },
    ),
  )
  const [first] = pictures
  return {
    created: Math.floor((row.finishedAt ?? row.createdAt).getTime() / 1000),
    data,
    images: urls.map(url => ({ url })),
    timings: { inference: secondsOf(row) },
    seed: drawn.safeParse(row.output).data?.seed ?? null,
    background: 'opaque' as const,
    ...(first ? { output_format: first.mime.slice('image/'.length), size: sizeOf(first) } : {}),
    usage: noTokens,
  }
}

export async function pictureBase64(deps: Pick<ApiDeps, 'files'>, row: JobRow, file: OutputFile): Promise<string> {
  const bytes = await readFile(deps.files.outputPath({ id: row.id, created_at: row.createdAt }, file.name))
  return bytes.toString('base64')
}

/** As `WIDTHxHEIGHT`. */
export function sizeOf({ width, height }: OutputFile): string {
  return `${width}x${height}`
}

/** From the first step to the end. */
function secondsOf({ startedAt, finishedAt }: JobRow): number {
  return startedAt && finishedAt ? (finishedAt.getTime() - startedAt.getTime()) / 1000 : 0
}
