import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readMetadata } from '../../sherpa/onnx-metadata.ts'
import { field, number, readFields } from '../../sherpa/protobuf.ts'
import { speakerNumber } from '../../speaking/speaker-number.ts'
import { completeVoice } from './complete-voice.ts'
import { starterVoice } from './starter-under-test.ts'
import { readVoiceConfig, tokensText, type VoiceConfig, voiceSpeakers } from './voice-config.ts'

let config: VoiceConfig
let published: Buffer
beforeAll(async () => {
  const { dir } = await starterVoice()
  const path = join(dir, 'en_US-joe-medium.onnx')
  config = await readVoiceConfig(`${path}.json`)
  published = await readFile(path)
}, 240_000)

/** What another converter, written with the library `onnx`, put into the same voice. */
const wanted = {
  model_type: 'vits',
  comment: 'piper',
  language: 'English',
  voice: 'en-us',
  has_espeak: '1',
  n_speakers: '1',
  sample_rate: '22050',
}

describe('a voice as it was published', () => {
  it('has no metadata, and is given it', () => {
    expect(readMetadata(published).size).toBe(0)
    const complete = completeVoice(Buffer.from(published), config)
    expect(Object.fromEntries(readMetadata(complete))).toEqual(wanted)
    // Whoever does it again changes nothing.
    expect(completeVoice(Buffer.from(complete), config).equals(complete)).toBe(true)
  })

  it('keeps all that it had but the two operators that draw noise', () => {
    const complete = completeVoice(Buffer.from(published), config)
    const drawn = Buffer.from('"\x10RandomNormalLike')
    const places = [0, 1].reduce<number[]>(found => [...found, published.indexOf(drawn, (found.at(-1) ?? -1) + 1)], [])
    expect(Math.min(...places)).toBeGreaterThan(0)
    for (const place of places) drawn.copy(complete, place)
    expect(complete.subarray(0, published.length).equals(published)).toBe(true)
    expect([...readFields(complete)].map(({ number }) => number)).toEqual([
      ...[...readFields(published)].map(({ number }) => number),
      ...new Array(7).fill(14),
      25,
      8,
    ])
  })

  it('keeps metadata that it has', () => {
    const own = Buffer.concat([published, field(14, [field(1, 'language'), field(2, 'Martian')])])
    expect(Object.fromEntries(readMetadata(completeVoice(own, config)))).toEqual({ ...wanted, language: 'Martian' })
  })

  it('has the table of phonemes that the other converter wrote', () => {
    const digest = createHash('sha256').update(tokensText(config)).digest('hex')
    expect(digest).toBe('da19d3f9a439574f66c072baafced1d1c79f42d8c5981619ea9274a7ab0dbba5')
  })

  it('is refused where it is cut, or none', () => {
    const broken = { code: 'model-broken' }
    expect(() => readMetadata(published.subarray(0, 1_000_000))).toThrow(expect.objectContaining(broken))
    expect(() => readMetadata(Buffer.from('<html>not found</html>'))).toThrow(expect.objectContaining(broken))
    expect(() => readMetadata(new Uint8Array())).toThrow(expect.objectContaining(broken))
  })
})

describe('messages', () => {
  it('are written and read with numbers of every length', () => {
    const message = Buffer.concat([number(1, 0), number(2, 2_147_483_647), field(300, 'x'.repeat(20_000))])
    const read = [...readFields(message)]
    expect(read.map(({ number }) => number)).toEqual([1, 2, 300])
    expect(read[2]?.bytes).toHaveLength(20_000)
    expect([...number(2, 300)]).toEqual([0x10, 0xac, 0x02])
  })
})

describe('speakers', () => {
  const many = (): VoiceConfig => ({ ...config, num_speakers: 3, speaker_id_map: { anna: 0, bert: 2 } })

  it('are found by name and by number; the first where none is named', () => {
    expect(['bert', '1', undefined].map(voice => speakerNumber(voiceSpeakers(many()), voice))).toEqual([2, 1, 0])
    expect(speakerNumber(voiceSpeakers({ ...config, dataset: 'joe' }), 'joe')).toBe(0)
  })

  it('are told where one is unknown', () => {
    for (const voice of ['carl', '3', 'constructor']) {
      expect(() => speakerNumber(voiceSpeakers(many()), voice)).toThrow(
        expect.objectContaining({
          code: 'invalid-input',
          path: ['voice'],
          hint: expect.stringContaining('anna, bert'),
        }),
      )
    }
  })
})
