import { photo } from '@hearth/testing/camera-film'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { clipOf } from './camera-clip.ts'
import { dropFile } from './drop.ts'
import { openStudio } from './studio.ts'

const studio = openStudio({ clip: clipOf('coffee') })
const { come } = studio

const found = (page: Page) => page.getByRole('list', { name: 'Found' }).getByRole('button')

test('a dropped picture is looked at by itself; the slider narrows it down without a new run', async () => {
  const { page } = await come()
  const runs: string[] = []
  page.on('request', request => {
    if (request.url().endsWith('/run')) runs.push(request.url())
  })
  await page.goto('/recognise/?task=detect-objects')
  await page.getByText('Show it a picture').waitFor()
  await dropFile(page.locator('section').first(), photo('coffee'), 'image/jpeg', 'Drop the picture to look at it')
  await found(page).first().waitFor()
  const cup = page.locator('figure').getByRole('button', { name: /^cup 0\.\d\d$/ })
  await cup.waitFor()
  // The box is drawn where the cup is: over the middle of the picture.
  const picture = await page.getByRole('img', { name: 'The picture with what was found' }).boundingBox()
  const box = await page.locator('figure svg rect').first().boundingBox()
  if (!picture || !box) throw new Error('neither picture nor box')
  expect(box.x).toBeGreaterThan(picture.x + picture.width * 0.1)
  expect(box.x + box.width).toBeLessThan(picture.x + picture.width * 0.95)

  const slider = page.getByRole('slider', { name: 'Confidence at least' })
  const before = await found(page).count()
  await slider.fill('0.1')
  await expect.poll(() => found(page).count()).toBeGreaterThan(before)
  await slider.fill('0.99')
  await page.getByText('Nothing found').waitFor()
  await slider.fill('0.35')
  await found(page).first().focus()
  expect(await found(page).first().getAttribute('aria-pressed')).toBe('true')
  expect(runs).toHaveLength(1)

  await page.getByRole('button', { name: 'JSON' }).click()
  const json = (await page.getByRole('dialog').locator('pre').textContent()) ?? ''
  expect(JSON.parse(json)).toMatchObject({ width: expect.any(Number), objects: expect.any(Array) })
  await page.keyboard.press('Escape')

  // The address restores the view, and the other tab looks at the same picture.
  await page.reload()
  await found(page).first().waitFor()
  await page.getByRole('link', { name: 'Label', exact: true }).click()
  await page.getByRole('spinbutton', { name: 'Labels shown' }).waitFor()
})

test('what was found becomes a mask for the task that redraws pictures', async () => {
  const { page } = await come()
  await page.goto('/recognise/?task=detect-objects')
  await page.getByText('Show it a picture').waitFor()
  await page.setInputFiles('input[type=file]', photo('coffee'))
  await found(page).first().waitFor()
  await page.getByRole('button', { name: 'Use as mask' }).click()
  await page.getByRole('menuitem', { name: 'Redraw what was found' }).click()
  await page.getByRole('button', { name: 'Change the mask' }).waitFor()
  await page.getByRole('img', { name: 'Input picture' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/')
})

test('the camera is looked at live, with how fast and how far behind', async () => {
  const { page } = await come()
  await page.goto('/recognise/?task=detect-objects&source=camera')
  await page.getByText(/a second$/).waitFor({ timeout: 60_000 })
  await page.getByText(/ms behind$/).waitFor()
  await page.getByRole('slider', { name: 'Confidence at least' }).fill('0.2')
  await page
    .getByRole('button', { name: /^cup 0\.\d\d$/ })
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Take a picture' }).click()
  await page.getByRole('img', { name: 'The picture with what was found' }).waitFor()
  await found(page).first().waitFor()
})

test('a camera that is not allowed says what to do', async () => {
  const { page } = await come()
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
  })
  await page.goto('/recognise/?task=detect-objects&source=camera')
  await page.getByText('The camera is not allowed here').waitFor()
  await page.getByRole('button', { name: 'Try again' }).waitFor()
})

test('a task without a model says so and offers to get one', async () => {
  const { page } = await come()
  await page.goto('/recognise/?task=read-text')
  await page.getByRole('heading', { name: 'No model for this yet' }).waitFor()
  await page
    .getByRole('button', { name: /^Get .+ · .+B$/ })
    .first()
    .waitFor()
})
