import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { TestFrame } from '../testing.tsx'
import { clock } from './clock.ts'
import { peaksOf } from './peaks.ts'
import { SoundInput } from './sound-input.tsx'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('times as players tell them', () => {
  expect([0, 7.9, 60, 754, 3723].map(clock)).toEqual(['0:00', '0:07', '1:00', '12:34', '1:02:03'])
})

test('a wave is as high as the loudest sample of each part, and silence stays flat', () => {
  expect(peaksOf(Float32Array.from([0, -0.5, 0.25, 0.1, 0, 0]), 3)).toEqual([1, 0.5, 0])
  expect(peaksOf(new Float32Array(8), 2)).toEqual([0, 0])
  expect(peaksOf(Float32Array.from([1, -1]), 4)).toHaveLength(4)
})

function show(store = vi.fn(async (_file: Blob) => 'upload:12345678')) {
  const change = vi.fn()
  const media = { store, address: (reference: string) => reference }
  const { container } = render(<SoundInput label="Sound" value={null} onChange={change} media={media} />, {
    wrapper: TestFrame,
  })
  const chooser = container.querySelector('input[type=file]')
  if (!chooser) throw new Error('there is nothing to choose a file with')
  return { change, store, chooser }
}

test('a video is taken for its sound; a picture is refused and nothing is stored', async () => {
  const { change, store, chooser } = show()
  fireEvent.change(chooser, { target: { files: [new File(['x'], 'a.png', { type: 'image/png' })] } })
  await screen.findByText('That file is neither a sound nor a video.')
  expect(store).not.toHaveBeenCalled()
  fireEvent.change(chooser, { target: { files: [new File(['x'], 'a.mp4', { type: 'video/mp4' })] } })
  await waitFor(() => expect(change).toHaveBeenCalledWith('upload:12345678'))
})

test.each([
  ['NotAllowedError', 'The microphone is not allowed here', 'Allow it at the lock beside the address, then try again.'],
  ['NotFoundError', 'No microphone found', 'Plug one in and try again.'],
  ['NotReadableError', 'The microphone does not start', /Another program/],
])('%s is told with what to do', async (name, message, hint) => {
  vi.stubGlobal('MediaRecorder', { isTypeSupported: () => true })
  const getUserMedia = () => Promise.reject(new DOMException('no', name))
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } })
  show()
  fireEvent.click(screen.getByRole('button', { name: 'Record' }))
  await screen.findByText(message)
  screen.getByText(hint)
  expect(screen.getByRole('button', { name: 'Record' }).hasAttribute('disabled')).toBe(false)
})

test('without a secure address there is no microphone to ask for', async () => {
  vi.stubGlobal('MediaRecorder', { isTypeSupported: () => true })
  vi.stubGlobal('navigator', {})
  show()
  fireEvent.click(screen.getByRole('button', { name: 'Record' }))
  await screen.findByText('Microphones need a secure address')
})
