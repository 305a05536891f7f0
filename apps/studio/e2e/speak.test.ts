import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { placePython, pythonEnvironment } from '@hearth/testing/python-environment'
import type { Locator, Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { starterChat } from '../../../packages/language/src/families/llama/starter-under-test.ts'
import { inTurn, spoken } from '../../../packages/speech/src/families/faster-whisper/clips-under-test.ts'
import { englishWhisper } from '../../../packages/speech/src/families/faster-whisper/starter-under-test.ts'
import { starterVoice } from '../../../packages/speech/src/families/piper/starter-under-test.ts'
import { dropFile } from './drop.ts'
import { openStudio } from './studio.ts'

const missing = await pythonEnvironment('speech')
const folder = await mkdtemp(join(tmpdir(), 'hearth-spoken-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const [said, alsoSaid] = await spoken([
  'Good morning everybody. We will meet at the station at nine. Please bring your ticket, and do not be late.',
  'The weather was cold on the mountain, but the people in the village made a large fire and sang until midnight.',
])
if (!said || !alsoSaid) throw new Error('expected two clips')
const short = join(folder, 'short.wav')
const long = join(folder, 'long.wav')
await writeFile(short, said)
// More than two windows of half a minute, so that there are lines before the end.
await writeFile(long, inTurn([said, alsoSaid, said, alsoSaid, said, alsoSaid, said, alsoSaid, said, alsoSaid]))

const { come } = openStudio({
  models: async () => [await starterVoice(), await englishWhisper(), await starterChat()],
  prepare: placePython,
  heard: async () => short,
})

const patience = { timeout: 120_000 }
const lines = (page: Page) => page.getByRole('list', { name: 'What was said' }).getByRole('listitem')
const run = (page: Page) => page.keyboard.press('Control+Enter')
const timeOf = (player: Locator) =>
  player.locator('audio').evaluate(audio => (audio instanceof HTMLAudioElement ? audio.currentTime : -1))

async function seriousIssues(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`)
}

test('a text is read aloud, is heard and kept, and stands in the gallery and among the jobs', async () => {
  const { page, context } = await come()
  await page.goto('/')
  await page.getByRole('link', { name: 'Speak', exact: true }).click()
  const text = page.getByRole('textbox', { name: 'Text', exact: true })
  await page.getByRole('heading', { name: 'What shall be said?' }).waitFor()
  await page.getByRole('button', { name: /^The train to the coast/ }).click()
  expect(await text.inputValue()).toMatch(/^The train/)
  await text.fill('Good morning. It is nine o’clock.')
  await page.getByText('33 characters').waitFor()
  await run(page)
  const player = page.getByRole('region', { name: 'What was said' })
  await player.waitFor(patience)
  await page.getByText(/^0:0\d · 2 sentences · 22,050 Hz · \d+ kB$/).waitFor()
  // What one waited for is heard at once, and after a reload only when it is played.
  await expect.poll(() => timeOf(player), patience).toBeGreaterThan(0.2)
  await page.reload()
  await player.getByRole('button', { name: 'Play' }).click()
  await expect.poll(() => timeOf(player), patience).toBeGreaterThan(0.2)
  expect(await seriousIssues(page)).toEqual([])
  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download' }).click()
  const bytes = await readFile(await (await coming).path())
  expect(bytes.subarray(0, 4).toString()).toBe('RIFF')
  expect(bytes.length).toBeGreaterThan(50_000)

  await page.goto('/gallery/')
  await page.getByRole('button', { name: 'Open Good morning. It is nine o’clock.' }).click()
  const inGallery = page.getByRole('complementary').getByRole('region', { name: /^Good morning/ })
  const address = await inGallery.locator('audio').getAttribute('src')
  expect((await context.request.get(address ?? '')).headers()['content-type']).toBe('audio/wav')
  await page
    .getByRole('complementary')
    .getByRole('link', { name: /^[0-9a-f]{8}$/ })
    .click()
  await page.getByRole('article').getByRole('region', { name: 'speech.wav' }).waitFor()
})

test('a refusal stands beside the text, which stays', async () => {
  const { page } = await come()
  await page.goto('/speak/?task=synthesise-speech')
  const text = page.getByRole('textbox', { name: 'Text', exact: true })
  await text.fill('<speak>Good morning</speak>')
  await run(page)
  await page.getByText(/expected plain text: SSML/).waitFor()
  // Long names of models make the column no wider than it is.
  await page.getByRole('heading', { name: 'Starter model' }).waitFor()
  const column = page.locator('aside > div').first()
  expect(await column.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
  expect(await text.inputValue()).toBe('<speak>Good morning</speak>')
})

test.skipIf(missing)(
  'a recording is written down line by line, played from a line, and saved as subtitles',
  async () => {
    const { page } = await come()
    await page.goto('/speak/?task=transcribe')
    await page.getByRole('heading', { name: 'Drop, choose or record a sound.' }).waitFor()
    await dropFile(page.locator('main section').last(), long, 'audio/wav', 'Drop it to use it as input')
    await page.getByRole('region', { name: 'Input sound' }).waitFor()
    await page.evaluate(() => {
      const seen: number[] = []
      Object.assign(window, { seen })
      new MutationObserver(() => {
        const figure = document.querySelector('figure[aria-busy=true]')
        if (figure) seen.push(figure.querySelectorAll('li:not([aria-label])').length)
      }).observe(document.body, { childList: true, subtree: true })
    })
    await run(page)
    await page.getByRole('button', { name: 'Save as SRT' }).waitFor(patience)
    const seen = await page.evaluate(() => (window as { seen?: number[] }).seen ?? [])
    const all = await lines(page).count()
    expect(seen.some(count => count > 0 && count < all)).toBe(true)
    expect(await lines(page).first().textContent()).toMatch(/good morning,? everybody/i)
    await page.getByText(/^1:\d\d · English · [\d.]+ × real time$/).waitFor()

    const player = page.getByRole('region', { name: 'The sound' })
    const later = lines(page)
      .filter({ hasText: /mountain/ })
      .last()
    await later.getByRole('button', { name: /^Play from/ }).click()
    await expect.poll(() => timeOf(player), patience).toBeGreaterThan(30)
    await expect.poll(() => later.getAttribute('aria-current')).toBe('true')
    expect(await seriousIssues(page)).toEqual([])

    const coming = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as SRT' }).click()
    const file = await coming
    expect(file.suggestedFilename()).toMatch(/^[0-9a-f]{8}-transcript\.srt$/)
    expect(await readFile(await file.path(), 'utf8')).toMatch(/^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\n/)
  },
)

test.skipIf(missing)('the microphone is recorded and written down, on a phone too', async () => {
  const { page } = await come({ viewport: { width: 390, height: 844 }, hasTouch: true })
  await page.goto('/speak/?task=transcribe')
  await page.getByRole('button', { name: 'Record' }).click()
  await page.getByRole('button', { name: /^Stop recording 0:0[5-9]$/ }).click()
  await page.getByRole('region', { name: 'Input sound' }).waitFor()
  await page.getByRole('button', { name: 'Write down' }).click()
  await page.waitForURL(/job=/)
  await page.getByRole('button', { name: 'Save as TXT' }).waitFor(patience)
  await lines(page)
    .getByText(/station/)
    .first()
    .waitFor(patience)
  // The sheet is over nothing that has to be read.
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
})

test('Chinese: what translates says which model is missing, and offers one', async () => {
  const { page } = await come({ locale: 'zh-CN', theme: 'light' })
  await page.goto('/speak/?task=translate-speech')
  await page.getByRole('link', { name: '翻译', exact: true }).waitFor()
  await page
    .getByRole('button', { name: /Whisper/ })
    .first()
    .waitFor()
  expect(await page.getByRole('button', { name: /译成英文/ }).isDisabled()).toBe(true)
})

test.skipIf(missing)('chat: what is said becomes the message, and the answer is read aloud', async () => {
  const { page } = await come({ kept: { 'draft.chat': { values: { temperature: 0, max_tokens: 32 } } } })
  await page.addInitScript(() => {
    const sounds: number[] = []
    Object.assign(window, { sounds })
    const { start } = AudioBufferSourceNode.prototype
    AudioBufferSourceNode.prototype.start = function (...when) {
      sounds.push(this.buffer?.length ?? 0)
      return start.apply(this, when)
    }
  })
  await page.goto('/chat/')
  await page.getByRole('button', { name: 'Speak instead of typing' }).click()
  await page.getByText(/^0:0[4-9]$/).waitFor()
  await page.getByRole('button', { name: 'Stop and write it down' }).click()
  const message = page.getByRole('textbox', { name: 'Message', exact: true })
  await expect.poll(() => message.inputValue(), patience).toMatch(/station/)
  await message.fill('What is the capital of France?')
  await message.press('Enter')
  const answer = page.getByRole('article', { name: 'Answer' })
  await answer.getByRole('button', { name: 'Read aloud' }).click(patience)
  const heard = () => page.evaluate(() => (window as { sounds?: number[] }).sounds ?? [])
  await expect.poll(async () => (await heard()).length, patience).toBeGreaterThan(0)
  const stop = answer.getByRole('button', { name: 'Stop reading' })
  await stop.click()
  await answer.getByRole('button', { name: 'Read aloud' }).waitFor()
  expect((await heard()).reduce((sum, length) => sum + length, 0)).toBeGreaterThan(10_000)
  expect(await seriousIssues(page)).toEqual([])
})
