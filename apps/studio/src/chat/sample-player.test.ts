import { expect, test } from 'vitest'
import { createSampleReader } from './sample-player.ts'

test('a sample that is cut in two is one sample', () => {
  const read = createSampleReader()
  const bytes = new Uint8Array(new Int16Array([0, 16_384, -32_768]).buffer)
  expect([...read(bytes.subarray(0, 3))]).toEqual([0])
  expect([...read(bytes.subarray(3, 4))]).toEqual([0.5])
  expect([...read(bytes.subarray(4))]).toEqual([-1])
  expect([...read(new Uint8Array())]).toEqual([])
})
