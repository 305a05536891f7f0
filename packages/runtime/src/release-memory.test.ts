import { expect, it } from 'vitest'
import { releaseMemory } from './release-memory.ts'

it('gives back what is no longer used', () => {
  const heap = () => process.memoryUsage().heapTotal
  let objects: object[] = Array.from({ length: 500_000 }, (_, index) => ({ index, text: `object ${index}` }))
  const full = heap()
  expect(objects.length).toBe(500_000)
  objects = []
  releaseMemory()
  expect(full - heap()).toBeGreaterThan(20 * 2 ** 20)
})
