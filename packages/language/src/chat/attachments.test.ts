import { expect, test } from 'vitest'
import { attachmentText, mostBytes, readAttachment } from './attachments.ts'

test('a text file is read whatever its type is said to be', async () => {
  const file = new File(['let a = "é"'], 'a.rs', { type: 'application/octet-stream' })
  expect(await readAttachment(file)).toEqual({ name: 'a.rs', text: 'let a = "é"' })
})

test.each([
  ['attach_picture', new File(['x'], 'a.png', { type: 'image/png' })],
  ['attach_large', new File(['x'.repeat(mostBytes + 1)], 'a.txt')],
  ['attach_kind', new File([new Uint8Array([0xff, 0xfe, 0x00])], 'a.txt')],
  ['attach_kind', new File(['a\u0000b'], 'a.bin')],
])('%s', async (reason, file) => {
  expect(await readAttachment(file)).toBe(reason)
})

test('fences in a file do not end it', () => {
  expect(attachmentText({ name: 'a.md', text: '```\nx\n```' })).toBe('a.md:\n````md\n```\nx\n```\n````\n\n')
})
