import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { encodeBody, encodingFor } from './encode-body.ts'

test('text goes in the best encoding that the browser takes; pictures and small files go as they are', () => {
  expect(encodingFor('/a.js', 5000, 'gzip, deflate, br')).toBe('br')
  expect(encodingFor('/a.js', 5000, 'gzip;q=0.8')).toBe('gzip')
  expect(encodingFor('/a.js', 5000, 'identity')).toBeUndefined()
  expect(encodingFor('/a.js', 5000, undefined)).toBeUndefined()
  expect(encodingFor('/a.woff2', 5000, 'br')).toBeUndefined()
  expect(encodingFor('/a.js', 100, 'br')).toBeUndefined()
})

test('what comes out again is what went in, and it is done once for each version', async () => {
  const bytes = new TextEncoder().encode('const answer = 42\n'.repeat(500))
  const packed = await encodeBody(bytes, 'br', 'one')
  expect(packed.length).toBeLessThan(bytes.length / 10)
  expect(new Uint8Array(brotliDecompressSync(packed))).toEqual(bytes)
  expect(new Uint8Array(gunzipSync(await encodeBody(bytes, 'gzip', 'one')))).toEqual(bytes)
  expect(await encodeBody(new Uint8Array(9), 'br', 'one')).toBe(packed)
  expect(await encodeBody(new Uint8Array(9), 'br', 'two')).not.toBe(packed)
})
