import { statfs } from 'node:fs/promises'
import { workerView } from '@hearth/contract'
import { jobs, workers } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { aliveMaxAge } from '../intake/check-fit.ts'

const systemView = z.object({
  version: z.string(),
  workers: z.array(workerView),
  disk: z.object({ free_bytes: z.number(), total_bytes: z.number() }),
  queue: z.object({ queued: z.int(), running: z.int() }),
  limits: z.object({ max_upload: z.int(), max_pixels: z.int(), rate_generate: z.int(), rate_status: z.int() }),
})

/** Bytes of the disk that holds the data. */
export async function diskSpace(path: string): Promise<{ free_bytes: number; total_bytes: number }> {
  const { bavail, blocks, bsize } = await statfs(path)
  return { free_bytes: bavail * bsize, total_bytes: blocks * bsize }
}

/** The machine and what runs on it. */
export function systemRoutes(deps: ApiDeps): Route[] {
  const { config, store } = deps
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/system',
      tag: 'System',
      summary: 'Workers, devices, memory, disk and queue',
      scope: 'any',
      rate: 'status',
      answers: { 200: { description: 'As of now.', schema: systemView } },
      async handle({ c }) {
        const [alive, counts, disk] = await Promise.all([
          workers.alive(store, aliveMaxAge),
          jobs.counts(store),
          diskSpace(config.data),
        ])
        return c.json({
          version: config.version,
          workers: alive,
          disk,
          queue: { queued: counts.queued ?? 0, running: counts.running ?? 0 },
          limits: {
            max_upload: config.maxUpload,
            max_pixels: config.maxPixels,
            rate_generate: config.rateGenerate,
            rate_status: config.rateStatus,
          },
        })
      },
    }),
  ]
}
