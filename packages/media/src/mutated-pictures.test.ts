import { AppError } from '@hearth/contract'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodePicture } from './decode.ts'
import { sharp } from './sharp.ts'

const formats = ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const
const files = new Map<string, Uint8Array>()

beforeAll(async () => {
  const pixels = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7 + (i >> 5) * 13) & 255))
  const picture = sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } })
  for (const format of formats) files.set(format, await picture.clone().toFormat(format).toBuffer())
})

/** Places as shares of the file, most of them in its first part, where what matters is written. */
const change = fc.record({
  at: fc.oneof(fc.double({ min: 0, max: 0.1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
  value: fc.integer({ min: 0, max: 255 }),
})

describe('pictures with bytes changed', () => {
  test.each(formats)(
    '%s: a picture of the size it says, or a refusal with a reason',
    { timeout: 120_000 },
    async format => {
      const whole = files.get(format)
      if (!whole) throw new Error(`no ${format} was made`)
      const runs = Number(process.env.HEARTH_FUZZ_RUNS ?? 60)
      await fc.assert(
        fc.asyncProperty(
          fc.array(change, { minLength: 1, maxLength: 6 }),
          fc.double({ min: 0.2, max: 1, noNaN: true }),
          async (changes, kept) => {
            const bytes = whole.slice(0, Math.ceil(whole.length * (kept > 0.6 ? 1 : kept)))
            for (const { at, value } of changes) bytes[Math.floor(at * (bytes.length - 1))] = value
            const outcome = await decodePicture(bytes, { maxPixels: 1_000_000 }).catch((error: unknown) => error)
            if (outcome instanceof AppError) {
              expect(['invalid-input', 'unsupported-media', 'too-large']).toContain(outcome.code)
              return
            }
            expect(outcome).toMatchObject({ channels: 3 })
            const { width, height, data } = outcome as Awaited<ReturnType<typeof decodePicture>>
            expect(data.length).toBe(3 * width * height)
          },
        ),
        { numRuns: runs, seed: 1 },
      )
    },
  )
})
