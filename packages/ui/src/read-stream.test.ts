import { AppError } from '@hearth/contract'
import { expect, test } from 'vitest'
import { readData, readFrames, type ServerEvent } from './read-stream.ts'

function streamOf(pieces: readonly Uint8Array[], cancel?: () => void): ReadableStream<Uint8Array> {
  const left = [...pieces]
  return new ReadableStream({
    pull(controller) {
      const next = left.shift()
      if (next) controller.enqueue(next)
      else controller.close()
    },
    ...(cancel ? { cancel } : {}),
  })
}

async function framesOf(pieces: readonly Uint8Array[]): Promise<ServerEvent[]> {
  const frames: ServerEvent[] = []
  for await (const frame of readFrames(streamOf(pieces))) frames.push(frame)
  return frames
}

const text =
  'event: chunk\ndata: {"text":"größe 苹果 🍎"}\n\n: still here\n\nevent: chunk\ndata: one\ndata:two\n\ndata\n\nevent: done\ndata: {}\n\n'
const expected = [
  { event: 'chunk', data: '{"text":"größe 苹果 🍎"}' },
  { event: 'chunk', data: 'one\ntwo' },
  { event: 'message', data: '' },
  { event: 'done', data: '{}' },
]

test.each(['\n', '\r\n', '\r'])('frames are the same wherever the stream is cut (line ends %j)', async end => {
  const bytes = new TextEncoder().encode(text.replaceAll('\n', end))
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(await framesOf([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(expected)
  }
  expect(await framesOf([...bytes].map(byte => Uint8Array.of(byte)))).toEqual(expected)
})

test('a frame that the end cut off is not given', async () => {
  expect(await framesOf([new TextEncoder().encode('data: whole\n\ndata: ha')])).toEqual([
    { event: 'message', data: 'whole' },
  ])
})

test('leaving the loop cancels the stream', async () => {
  let cancelled = false
  const stream = streamOf([new TextEncoder().encode('data: 1\n\ndata: 2\n\n'), new Uint8Array(1)], () => {
    cancelled = true
  })
  for await (const frame of readFrames(stream)) {
    expect(frame.data).toBe('1')
    break
  }
  expect(cancelled).toBe(true)
})

test('data that is not JSON is an error with a remedy', () => {
  expect(readData<number[]>({ event: 'chunk', data: '[1]' })).toEqual([1])
  expect(() => readData({ event: 'chunk', data: '{' })).toThrow(AppError)
})
