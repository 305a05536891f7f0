import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ffmpegMissing } from '@hearth/testing/ffmpeg'
import { describe, expect, it } from 'vitest'
import { alaw, ulaw } from './g711.ts'
import { cutSentences, speakable } from './sentences.ts'
import { readSound } from './sound-format.ts'
import { SoundTrack } from './sound-track.ts'
import { truncateItem } from './truncate-item.ts'

const run = promisify(execFile)

describe.each([
  ['mulaw', ulaw],
  ['alaw', alaw],
] as const)('sound as %s', (codec, companding) => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

  it.skipIf(ffmpegMissing)('is what ffmpeg makes of it', async () => {
    const program = run(
      'ffmpeg',
      ['-v', 'error', '-f', codec, '-ar', '8000', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'],
      {
        encoding: 'buffer',
      },
    )
    program.child.stdin?.end(all)
    const { stdout } = await program
    expect([...all].map(companding.decode)).toEqual([...new Int16Array(Uint8Array.from(stdout).buffer)])
  })

  it('is coded to the nearest step', () => {
    const steps = [...all].map(companding.decode)
    for (let sample = -32_768; sample <= 32_767; sample += 5) {
      const coded = Math.abs(companding.decode(companding.encode(sample)) - sample)
      const nearest = Math.min(...steps.map(step => Math.abs(step - sample)))
      // Halfway between two steps either is right; steps get wider.
      expect(coded - nearest).toBeLessThanOrEqual(Math.max(16, nearest))
    }
  })
})

describe('sound that is read', () => {
  it('is the same in pieces of any size', () => {
    const bytes = Buffer.alloc(48_000)
    for (let at = 0; at < 24_000; at++) bytes.writeInt16LE(Math.round(9000 * Math.sin(at / 7)), 2 * at)
    const whole = readSound('pcm16').write(bytes)
    const reader = readSound('pcm16')
    const parts: number[] = []
    for (let at = 0; at < bytes.length; at += 101) parts.push(...reader.write(bytes.subarray(at, at + 101)))
    expect(parts).toEqual([...whole])
    expect(16_000 - whole.length).toBeLessThan(40)
  })

  it('is kept from where it may be needed', () => {
    const track = new SoundTrack()
    for (let piece = 0; piece < 10; piece++) track.append(new Int16Array(100).fill(piece))
    track.forget(250)
    expect([track.begin, track.end]).toEqual([200, 1000])
    const wav = Buffer.from(track.wav(295, 305))
    expect(wav.length).toBe(44 + 20)
    expect([wav.readInt16LE(44 + 8), wav.readInt16LE(44 + 10)]).toEqual([2, 3])
    expect(track.wav(0, 50)).toHaveLength(44)
  })
})

describe('text for a voice', () => {
  it('comes in whole sentences, each as soon as the next has begun', () => {
    const cutter = cutSentences()
    expect(cutter.write('It is 3.')).toEqual([])
    expect(cutter.write('5 degrees. Put')).toEqual(['It is 3.5 degrees. '])
    expect(cutter.write(' on a hat! 你好。再见')).toEqual(['Put on a hat! ', '你好。'])
    expect(cutter.end()).toEqual(['再见'])
    expect(cutter.end()).toEqual([])
    const endless = cutSentences().write('word '.repeat(300))
    expect(endless.every(piece => piece.length <= 600)).toBe(true)
    expect(endless.length).toBeGreaterThan(0)
  })

  it('has no marks in it', () => {
    expect(speakable('**Bold**, <b>tags</b> and `code` <|end|> [[x]]')).toBe('Bold , tags and code end x')
    expect(speakable('5 < 6')).toBe('5 6')
    expect(speakable('—  🙂 …')).toBeUndefined()
  })

  it('is cut where its sound was', () => {
    const part = { type: 'audio' as const, transcript: 'One two three four.', milliseconds: 1000 }
    const item = {
      id: 'a',
      status: 'completed' as const,
      type: 'message' as const,
      role: 'assistant' as const,
      content: [part],
    }
    expect(() => truncateItem(item, 1001)).toThrow('1000 ms')
    truncateItem(item, 700)
    expect(part).toMatchObject({ transcript: 'One two three', milliseconds: 700 })
    truncateItem(item, 0)
    expect(part.transcript).toBe('')
    expect(() => truncateItem({ ...item, role: 'user' }, 0)).toThrow('not spoken')
  })
})
