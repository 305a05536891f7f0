import { expect, it, vi } from 'vitest'
import { library } from './library.ts'

vi.mock('sherpa-onnx-node', () => {
  throw new Error('Cannot find package')
})

it('says what to do where the engine is not installed', async () => {
  const hint = expect.stringContaining('npm install')
  await expect(library()).rejects.toMatchObject({ code: 'unavailable', hint })
})
