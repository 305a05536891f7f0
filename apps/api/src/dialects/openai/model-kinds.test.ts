import { tasks } from '@hearth/registry/tasks'
import { expect, test } from 'vitest'
import { tasksOfKind } from './model-kinds.ts'

const ids = tasks.map(({ id }) => id)
const kind = (type?: string, subType?: string) => [...tasksOfKind(ids, type, subType)].sort()

test('lists of models are narrowed in the words of SiliconFlow', () => {
  expect(kind()).toEqual(ids.toSorted())
  expect(kind('audio')).toEqual(['clone-voice', 'synthesise-speech', 'transcribe', 'translate-speech'])
  expect(kind('audio', 'speech-to-text')).toEqual(['transcribe', 'translate-speech'])
  expect(kind(undefined, 'text-to-speech')).toEqual(['clone-voice', 'synthesise-speech'])
  expect(kind('text')).toEqual(['chat', 'embed-text', 'rerank'])
  expect(kind('image', 'image-to-image')).toEqual(['image-to-image'])
  expect(kind(undefined, 'embedding')).toEqual(['embed-text'])
})

test('and by the names of tasks', () => {
  expect(kind(undefined, 'detect-speech')).toEqual(['detect-speech'])
  expect(kind('image', 'speech-to-text')).toEqual([])
  expect(kind('video')).toEqual([])
  expect(kind('smell')).toEqual([])
})
