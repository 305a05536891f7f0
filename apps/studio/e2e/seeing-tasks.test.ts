import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { photo } from '@hearth/testing/camera-film'
import { ffmpeg, ffmpegMissing } from '@hearth/testing/ffmpeg'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clipOf } from './camera-clip.ts'
import { dropFile } from './drop.ts'
import { openStudio } from './studio.ts'

const { come } = openStudio()
const clip = clipOf('coffee')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-films-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const cutOut = (page: Page) => page.getByRole('img', { name: 'The picture without its background' })
/** Runs what is entered; the tab of the same name is a link. */
const run = (page: Page, action: RegExp) => page.getByRole('button', { name: action }).click()

test('cut out: the background is gone, and the result goes on as input or as a mask', async () => {
  const { page } = await come()
  await page.goto('/recognise/?task=remove-background')
  await page.getByRole('heading', { name: 'Drop, paste or choose a picture.' }).waitFor()
  // What the starter is worth is said of this one, not of the one that draws.
  await page.getByText(/cuts out people who stand/).waitFor()
  await page.setInputFiles('input[type=file]', photo('astronaut'))
  await page.getByRole('img', { name: 'Input picture' }).waitFor()
  await run(page, /^Cut out/)
  await cutOut(page).waitFor({ timeout: 60_000 })
  const clear = await cutOut(page).evaluate(async image => {
    if (!(image instanceof HTMLImageElement)) throw new Error('the result is no picture')
    await image.decode()
    const { naturalWidth: width, naturalHeight: height } = image
    const context = new OffscreenCanvas(width, height).getContext('2d')
    if (!context) throw new Error('there is no canvas')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, width, height)
    return data.filter((value, place) => place % 4 === 3 && value < 128).length / (width * height)
  })
  expect(clear).toBeGreaterThan(0.1)
  expect(clear).toBeLessThan(0.9)

  await page.locator('figure').hover()
  await page.getByRole('button', { name: 'Use as input' }).click()
  await expect
    .poll(() => page.getByRole('img', { name: 'Input picture' }).getAttribute('src'), { timeout: 60_000 })
    .toMatch(/outputs\/.+\.png/)

  await page.getByRole('combobox', { name: 'Result' }).click()
  await page.getByRole('option', { name: 'Mask only' }).click()
  const before = await cutOut(page).getAttribute('src')
  await run(page, /^Cut out/)
  await expect.poll(() => cutOut(page).getAttribute('src'), { timeout: 60_000 }).not.toBe(before)
  await page.locator('figure').hover()
  await page.getByRole('button', { name: 'Use as mask' }).click()
  await page.getByRole('button', { name: 'Change the mask' }).waitFor()
  await page.getByRole('img', { name: 'Input picture' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/')
})

test.each([
  { task: 'estimate-depth', tab: 'Depth' },
  { task: 'classify-zero-shot', tab: 'Match' },
])('$tab has no model here: it says so and offers what to get', async ({ task, tab }) => {
  const { page } = await come()
  await page.goto(`/recognise/?task=${task}`)
  await page.locator('a[aria-current=page]', { hasText: tab }).waitFor()
  await page.getByRole('link', { name: 'Cameras' }).waitFor()
  await page.getByRole('heading', { name: 'No model for this yet' }).waitFor()
  await page
    .getByRole('button', { name: /^Get .+ · .+B$/ })
    .first()
    .waitFor()
  await page.setInputFiles('input[type=file]', photo('coffee'))
  await page.getByRole('heading', { name: 'No model for this yet' }).waitFor()
})

test.skipIf(ffmpegMissing !== undefined)(
  'video: a dropped film is looked through, annotated and has a timeline',
  async () => {
    const film = join(folder, 'coffee.mp4')
    await ffmpeg('-i', await clip(), '-t', '2', '-pix_fmt', 'yuv420p', film)
    const text = join(folder, 'words.txt')
    await writeFile(text, 'no film')
    const { page, context } = await come()
    await page.goto('/recognise/?task=detect-in-video')
    const stage = page.locator('main section').last()
    await dropFile(stage, text, 'text/plain', 'Drop it to use it as input')
    await page.getByText('This cannot be used as input here.').waitFor()
    await dropFile(stage, film, 'video/mp4', 'Drop it to use it as input')
    await page.getByRole('button', { name: 'Take this video away' }).waitFor()
    await run(page, /^Look through it/)
    const timeline = page.getByRole('list', { name: 'When each thing was seen' })
    await timeline
      .getByRole('button', { name: /^cup, 0:00 to 0:0[12]$/ })
      .first()
      .waitFor({ timeout: 120_000 })
    // All of it can be seen.
    expect(await timeline.evaluate(list => list.scrollHeight - list.clientHeight)).toBe(0)
    const address = await page.locator('figure video').getAttribute('src')
    const annotated = await context.request.get(address ?? '')
    expect(annotated.headers()['content-type']).toBe('video/mp4')
    expect((await annotated.body()).subarray(4, 8).toString()).toBe('ftyp')
    // A film is no picture to start from; it is shown small below.
    await page.locator('figure').hover()
    await page.getByRole('button', { name: 'Download' }).waitFor()
    expect(await page.getByRole('button', { name: 'Use as input' }).count()).toBe(0)
    const small = page.getByRole('list', { name: 'Results' }).locator('img')
    const drawn = () =>
      small.evaluateAll(all => all.map(image => image instanceof HTMLImageElement && image.naturalWidth > 0))
    await expect.poll(drawn, { timeout: 60_000 }).not.toContain(false)
    expect(await drawn()).toContain(true)
  },
)
