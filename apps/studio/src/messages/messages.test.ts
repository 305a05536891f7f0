import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { uiMessages } from '@hearth/ui/messages'
import type { Messages } from '@hearth/ui/panel'
import { expect, test } from 'vitest'
import { attendanceWords } from '../attendance/attendance-words.ts'
import { camerasWords } from '../cameras/cameras-words.ts'
import { kioskWords } from '../kiosk/kiosk-words.ts'
import { lookWords } from '../look/look-words.ts'
import { peopleWords } from '../people/people-words.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

function flat(messages: Messages, path = ''): Record<string, string> {
  const entries = Object.entries(messages).map(([name, value]) => {
    const key = path ? `${path}.${name}` : name
    return typeof value === 'string' ? { [key]: value } : flat(value, key)
  })
  return Object.assign({}, ...entries)
}

/** Names in braces and tags; both languages have to fill the same. */
const holes = (text: string) => [...new Set([...text.matchAll(/[{<]\/?(\w+)/g)].map(match => match[1]))].sort()

test.each([
  ['studio', en, zh],
  ['ui', uiMessages.en, uiMessages.zh],
  ['look', lookWords.en, lookWords.zh],
  ['cameras', camerasWords.en, camerasWords.zh],
  ['people', peopleWords.en, peopleWords.zh],
  ['attendance', attendanceWords.en, attendanceWords.zh],
  ['kiosk', kioskWords.en, kioskWords.zh],
])('every text of %s is translated, with the same holes', (_, english, chinese) => {
  const [left, right] = [flat(english), flat(chinese)]
  expect(Object.keys(right).sort()).toEqual(Object.keys(left).sort())
  for (const [key, text] of Object.entries(left)) {
    const other = (right[key] ?? '').replace(/\{n\}/g, '{n, plural}')
    const plural = /plural/.test(text)
    expect([key, holes(other).filter(hole => hole !== 'plural')]).toEqual([
      key,
      holes(plural ? text.replace(/(one|other) \{[^}]*\}/g, '') : text),
    ])
  }
})

test('Chinese is Chinese: only names stay as they are', () => {
  const words = (text: string) => text.replace(/\{[^}]*\}|<[^>]*>/g, '')
  const foreign = Object.entries(flat(zh)).filter(
    ([, text]) => /[a-z]{2}/i.test(words(text)) && !/\p{Script=Han}/u.test(text),
  )
  expect(foreign.map(([key]) => key)).toEqual(['nav.language', 'system.version'])
})

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      entry =>
        entry.isFile() &&
        /\.tsx?$/.test(entry.name) &&
        !/messages|(look|cameras|people|attendance|kiosk)-words|\.test\./.test(join(entry.parentPath, entry.name)),
    )
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
}

test.each([
  ['studio', en],
  ['look', lookWords.en],
  ['cameras', camerasWords.en],
  ['people', peopleWords.en],
  ['attendance', attendanceWords.en],
  ['kiosk', kioskWords.en],
])('no text of %s is left that nothing shows', (_, english) => {
  const code = sources(join(import.meta.dirname, '..')).join('\n')
  const used = (key: string) => {
    const name = key.split('.').at(-1) ?? ''
    const stems = [...name.matchAll(/_/g)].map(({ index }) => name.slice(0, index + 1))
    const built = stems.some(stem => code.includes(`\`${stem}\${`))
    return built || code.includes(`'${name}'`) || ['tasks'].includes(key.split('.')[0] ?? '')
  }
  expect(Object.keys(flat(english)).filter(key => !used(key))).toEqual([])
})
