import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import golden from './golden/tokens.json' with { type: 'json' }
import { promptWindows } from './prompt.ts'
import { openTokenizer, type Tokenizer } from './tokenizer.ts'

const folder = join(import.meta.dirname, '../../../../../models/starter/text-to-image/tokenizer')
const pairs = golden as [string, number[]][]
let tokenizer: Tokenizer
let temporary: string
beforeAll(async () => {
  tokenizer = await openTokenizer(folder)
  temporary = await mkdtemp(join(tmpdir(), 'hearth-tokenizer-'))
})
afterAll(() => rm(temporary, { recursive: true }))

describe('the tokenizer', () => {
  test('gives the ids of CLIPTokenizer for 2,000 strings', () => {
    expect(pairs.length).toBe(2000)
    const wrong = pairs.filter(([text, ids]) => tokenizer.encode(text).join() !== ids.join())
    expect(wrong.map(([text, ids]) => ({ text, ids, got: tokenizer.encode(text) }))).toEqual([])
  })

  test('takes words of any length', () => {
    const ids = tokenizer.encode('lighthouse'.repeat(2000))
    expect(ids.length).toBe(5999)
    expect(ids.slice(0, 5000)).toEqual(ids.slice(3, 5003))
  })

  test('reads a vocabulary from tokenizer.json alone', async () => {
    await cp(join(folder, 'tokenizer.json'), join(temporary, 'tokenizer.json'))
    const again = await openTokenizer(temporary)
    for (const [text, ids] of pairs.slice(0, 300)) expect(again.encode(text)).toEqual(ids)
    expect([again.start, again.end, again.pad]).toEqual([tokenizer.start, tokenizer.end, tokenizer.pad])
  })

  test('refuses a folder without a vocabulary, and special tokens that are not in it', async () => {
    await expect(openTokenizer(join(temporary, 'nothing'))).rejects.toMatchObject({ code: 'model-broken' })
    const odd = await mkdtemp(join(temporary, 'odd-'))
    await cp(folder, odd, { recursive: true })
    await writeFile(join(odd, 'special_tokens_map.json'), JSON.stringify({ pad_token: { content: '<pad>' } }))
    await expect(openTokenizer(odd)).rejects.toMatchObject({ code: 'model-broken' })
  })
})

describe('windows of a prompt', () => {
  const room = () => tokenizer.length - 2

  test('have start, end and padding', async () => {
    const config = JSON.parse(await readFile(join(folder, 'tokenizer_config.json'), 'utf8'))
    expect(tokenizer.length).toBe(config.model_max_length)
    const padding = new Array<number>(room()).fill(tokenizer.pad)
    expect(promptWindows(tokenizer, '')).toEqual([[tokenizer.start, tokenizer.end, ...padding]])
    const [window, ...others] = promptWindows(tokenizer, 'red apple')
    expect(others).toEqual([])
    expect(window!.slice(0, 4)).toEqual([tokenizer.start, ...tokenizer.encode('red apple'), tokenizer.end])
    expect(window!.length).toBe(tokenizer.length)
  })

  test('hold every token once and cut no word that fits into one', () => {
    const prompt = 'sailboat hippopotamus xylophonic '.repeat(20)
    const ids = tokenizer.encode(prompt)
    const windows = promptWindows(tokenizer, prompt)
    const contents = windows.map(window => window.slice(1, window.indexOf(tokenizer.end)))
    expect(contents.flat()).toEqual(ids)
    expect(contents.every(content => content.length <= room())).toBe(true)
    expect(contents.every(content => tokenizer.endsWord(content.at(-1)!))).toBe(true)
    const endless = promptWindows(tokenizer, 'qxzj'.repeat(50))
    expect(endless.length).toBeGreaterThan(1)
    expect(endless.every(window => window.length === tokenizer.length)).toBe(true)
  })
})
