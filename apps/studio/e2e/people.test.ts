import { AxeBuilder } from '@axe-core/playwright'
import { photo } from '@hearth/testing/camera-film'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { clipOf } from './camera-clip.ts'
import { openStudio } from './studio.ts'

const studio = openStudio({ clip: clipOf('obama3') })
const { come } = studio

async function fill(page: Page, name: string, photos: string[]): Promise<void> {
  await page.goto('/people/?enrol=1')
  const form = page.getByRole('complementary', { name: 'Enrol a person' })
  await form.getByLabel('Choose pictures').setInputFiles(photos.map(photo))
  await form.getByLabel('Name').fill(name)
  await form.getByRole('checkbox', { name: /^Has agreed/ }).click()
}

async function listed(): Promise<{ id: string; name: string; faces: unknown[] }[]> {
  const answer = await studio.instance.request('/api/v1/people')
  return ((await answer.json()) as { people: { id: string; name: string; faces: unknown[] }[] }).people
}

test('enrol: a picture without a face is refused with its reason, consent is needed, the rest is taken', async () => {
  const { page } = await come()
  await fill(page, 'Barack Obama', ['coffee'])
  await page.getByText('No face was found.').waitFor()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('No picture could be used').waitFor()
  expect(await listed()).toEqual([])

  const form = page.getByRole('complementary', { name: 'Enrol a person' })
  await form.getByRole('button', { name: 'Take this picture away' }).click()
  await form.getByLabel('Choose pictures').setInputFiles([photo('obama'), photo('obama2')])
  await expect.poll(() => page.getByText(/^One face, \d+ px$/).count()).toBe(2)
  const save = page.getByRole('button', { name: 'Save', exact: true })
  await form.getByRole('checkbox', { name: /^Has agreed/ }).click()
  expect(await save.isDisabled()).toBe(true)
  await form.getByRole('checkbox', { name: /^Has agreed/ }).click()
  await save.click()
  await page.getByText('Barack Obama is enrolled').waitFor()
  const [person] = await listed()
  expect(person).toMatchObject({ name: 'Barack Obama', faces: [{}, {}] })
})

test('a known face is named in another picture, a stranger stays unknown', async () => {
  const { page } = await come()
  await page.goto('/faces/?task=recognise-faces')
  await page.getByText('Show it a picture').waitFor()
  await page.setInputFiles('input[type=file]', photo('obama3'))
  await page.getByRole('list', { name: 'Found' }).getByText('Barack Obama').waitFor()
  await page.setInputFiles('input[type=file]', photo('astronaut'))
  await page.getByRole('list', { name: 'Found' }).getByText('Unknown').waitFor()
})

test('the camera names whom it knows', async () => {
  const { page } = await come()
  await page.goto('/faces/?task=recognise-faces&source=camera')
  await page.getByRole('list', { name: 'Found' }).getByText('Barack Obama').waitFor({ timeout: 60_000 })
  await page.getByText(/ms behind$/).waitFor()
})

test('search by face leads to the person; rename, and erase by typing the name', async () => {
  const { page } = await come()
  await page.goto('/people/')
  await page.getByRole('button', { name: 'Search by face' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Choose pictures').setInputFiles(photo('obama3'))
  await dialog.getByRole('list').getByRole('button', { name: 'Barack Obama' }).click()
  const person = page.getByRole('complementary', { name: 'Barack Obama' })
  await person.getByRole('button', { name: 'Rename' }).click()
  await person.getByRole('textbox', { name: 'Name' }).fill('Somebody Else')
  await person.getByRole('button', { name: 'Save the name' }).click()
  await page.getByRole('row').getByRole('button', { name: 'Somebody Else' }).waitFor()

  await page
    .getByRole('row', { name: /Somebody Else/ })
    .getByRole('button', { name: 'Erase' })
    .click()
  const erase = page.getByRole('dialog').getByRole('button', { name: 'Erase' })
  expect(await erase.isDisabled()).toBe(true)
  await page.getByLabel('Type Somebody Else').fill('Somebody Else')
  await erase.click()
  await page.getByText('Nobody is enrolled yet').waitFor()
  expect(await listed()).toEqual([])
})

test('what opens on the page has no serious accessibility issue', async () => {
  const { page } = await come({ theme: 'light' })
  for (const address of ['/people/?enrol=1', '/people/?dialog=face', '/people/?dialog=calibrate', '/attendance/']) {
    await page.goto(address)
    await page.getByRole('heading', { level: 1 }).waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id, nodes }) => `${address} ${id} ${nodes.map(node => node.html).join(' | ')}`)).toEqual([])
  }
})
