import { describe, expect, it } from 'vitest'
import type { TranscriptFormat, TranscriptSegment } from '../transcript-fields.ts'
import { languageCode, languageName, whisperLanguages } from './language-names.ts'
import { type SubtitleFormat, subtitles, subtitleWriter } from './subtitles.ts'
import { transcriptFile } from './transcript-file.ts'

const segment = (id: number, start: number, end: number, text: string): TranscriptSegment => ({
  id,
  start,
  end,
  text,
  seek: 0,
  tokens: [50_364],
  temperature: 0,
  avg_logprob: -0.25,
  compression_ratio: 1.1,
  no_speech_prob: 0.01,
})

const cues = (format: SubtitleFormat, ...texts: string[]) =>
  subtitles(
    texts.map((text, id) => segment(id, id, id + 1, text)),
    format,
  )

describe('subtitles', () => {
  it('are SubRip', () => {
    const given = [segment(0, 0, 2.5, ' Good morning.'), segment(1, 62.0424, 3599.9996, ' 你好。')]
    expect(subtitles(given, 'srt')).toBe(
      '1\n00:00:00,000 --> 00:00:02,500\nGood morning.\n\n2\n00:01:02,042 --> 01:00:00,000\n你好。\n',
    )
  })

  it('are WebVTT', () => {
    const given = [segment(0, 0, 2.5, ' Good morning.'), segment(1, 2.5, 4, ' Tea?')]
    expect(subtitles(given, 'vtt')).toBe(
      'WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nGood morning.\n\n00:00:02.500 --> 00:00:04.000\nTea?\n',
    )
    expect(subtitles([], 'vtt')).toBe('WEBVTT\n')
    expect(subtitles([], 'srt')).toBe('')
  })

  it('go on after the hundredth hour', () => {
    expect(subtitles([segment(0, 3600 * 123 + 59.5, 3600 * 123 + 60, 'Late.')], 'srt')).toContain(
      '123:00:59,500 --> 123:01:00,000',
    )
  })

  it('have no cue without text or without length', () => {
    expect(cues('srt', ' ', 'One', '\n', 'Two').match(/^\d+$/gm)).toEqual(['1', '2'])
    expect(subtitles([segment(0, 3, 3, 'Ah')], 'vtt')).toContain('00:00:03.000 --> 00:00:03.001\n')
  })

  it('are not broken by what is said', () => {
    const hostile = 'a\n\n2\r\n00:00:01,000 --> 00:00:02,000\u2028<b>&'
    expect(cues('srt', hostile).split('\n').slice(2)).toEqual(['a 2 00:00:01,000 -> 00:00:02,000 <b>&', ''])
    expect(cues('vtt', hostile).split('\n').slice(3)).toEqual([
      'a 2 00:00:01,000 --&gt; 00:00:02,000 &lt;b&gt;&amp;',
      '',
    ])
  })

  it('are the same one by one', () => {
    const given = [segment(0, 0, 1, 'a'), segment(1, 1, 2, ''), segment(2, 2, 3, 'b')]
    const { head, write } = subtitleWriter('vtt')
    expect([head, ...given.map(write)]).toEqual([
      'WEBVTT\n',
      '\n00:00:00.000 --> 00:00:01.000\na\n',
      '',
      '\n00:00:02.000 --> 00:00:03.000\nb\n',
    ])
  })
})

describe('files of a transcript', () => {
  const transcript = {
    text: 'Good morning. 你好。',
    language: 'en',
    seconds: 4,
    segments: [segment(0, 0, 2.5, ' Good\nmorning.'), segment(1, 2.5, 4, ' 你好。')],
  }
  const written = (format: TranscriptFormat, given = transcript) => {
    const { name, mime, bytes } = transcriptFile(given, format)
    return { name, mime, text: new TextDecoder().decode(bytes) }
  }

  it('have a name, a type and UTF-8 inside', () => {
    expect(written('txt')).toEqual({ name: 'transcript.txt', mime: 'text/plain', text: 'Good morning.\n你好。\n' })
    expect(written('srt')).toMatchObject({ name: 'transcript.srt', mime: 'application/x-subrip' })
    expect(written('vtt')).toMatchObject({ name: 'transcript.vtt', mime: 'text/vtt' })
    const { text, ...json } = written('json')
    expect(json).toEqual({ name: 'transcript.json', mime: 'application/json' })
    expect(JSON.parse(text)).toEqual(transcript)
  })

  it('are written of a text without segments, and of silence', () => {
    expect(written('txt', { ...transcript, segments: [] }).text).toBe('Good morning. 你好。\n')
    expect(written('txt', { ...transcript, text: '', segments: [] }).text).toBe('')
  })
})

describe('names of languages', () => {
  it('are those of Whisper, there and back', () => {
    expect(whisperLanguages).toHaveLength(100)
    expect(new Set(whisperLanguages.map(languageName)).size).toBe(100)
    for (const code of whisperLanguages) {
      expect(languageName(code)).toMatch(/^[a-z]{3,}( [a-z]+)?$/)
      expect(languageCode(languageName(code))).toBe(code)
      expect(languageCode(code)).toBe(code)
    }
    expect(['en', 'zh', 'yue', 'haw', 'ht'].map(languageName)).toEqual([
      'english',
      'chinese',
      'cantonese',
      'hawaiian',
      'haitian creole',
    ])
  })

  it('are found by other names, with a region and in capitals', () => {
    expect(['English', ' EN ', 'en-US', 'pt_BR', 'zh-Hant-TW', 'Mandarin', 'iw', 'nb-NO'].map(languageCode)).toEqual([
      'en',
      'en',
      'en',
      'pt',
      'zh',
      'zh',
      'he',
      'no',
    ])
  })

  it('may be unknown', () => {
    expect(languageName('tlh')).toBe('tlh')
    expect(languageCode('tlh')).toBe('tlh')
    expect(['Klingon', '', '12', 'e', 'constructor'].map(languageCode)).toEqual(Array(5).fill(undefined))
  })
})
