import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { photo } from '@hearth/testing/camera-film'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { clipOf } from './camera-clip.ts'
import { enrol } from './enrol.ts'
import { openStudio } from './studio.ts'

const studio = openStudio({ clip: clipOf('obama3') })
const { come } = studio
const starterFaces = join(import.meta.dirname, '../../../models/starter/faces')

async function fill(page: Page, name: string, photos: string[]): Promise<void> {
  await page.goto('/people/?enrol=1')
  const form = page.getByRole('complementary', { name: 'Enrol a person' })
  await form.getByLabel('Choose pictures').setInputFiles(photos.map(photo))
  await form.getByLabel('Name').fill(name)
  await form.getByRole('checkbox', { name: /^Has agreed/ }).click()
}

interface Held {
  person: unknown
  faces: { vector: number[] }[]
  log: { action: string }[]
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

test('somebody who was enrolled twice is made one, and everything held about them can be taken away', async () => {
  const { page } = await come()
  await enrol(studio.instance, 'Mr President', ['obama3'])
  await page.goto('/people/')
  await page.getByRole('row').getByRole('button', { name: 'Mr President' }).click()
  const twice = page.getByRole('complementary', { name: 'Mr President' })
  await twice.getByRole('button', { name: 'Merge into somebody else' }).click()
  const dialog = page.getByRole('dialog', { name: 'Merge Mr President into whom?' })
  const merge = dialog.getByRole('button', { name: 'Merge' })
  expect(await merge.isDisabled()).toBe(true)
  await dialog.getByRole('button', { name: 'Barack Obama' }).click()
  await merge.click()
  await page.getByText('Mr President was merged into Barack Obama').waitFor()
  expect(await listed()).toMatchObject([{ name: 'Barack Obama', faces: [{}, {}, {}] }])

  const downloading = page.waitForEvent('download')
  const person = page.getByRole('complementary', { name: 'Barack Obama' })
  await person.getByRole('button', { name: 'Export everything held' }).click()
  const held = JSON.parse(await readFile(await (await downloading).path(), 'utf8')) as Held
  expect(held.person).toMatchObject({ name: 'Barack Obama', consent: { given_by: 'Barack Obama' } })
  expect(held.faces.map(({ vector }) => vector.length)).toEqual([1024, 1024, 1024])
  expect(held.log.map(({ action }) => action)).toEqual(expect.arrayContaining(['enrolled', 'merged', 'exported']))
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

test('another model measures faces: kept pictures are measured anew, who has none is named to come again', async () => {
  await enrol(studio.instance, 'Barack Obama', ['obama'], true)
  await enrol(studio.instance, 'Eileen Collins', ['astronaut'])
  // A folder of models put there by hand goes before the starter.
  await cp(starterFaces, join(studio.instance.data, 'models/faces-of-this-house'), { recursive: true })
  // It is found within a second.
  const outdated = async () => {
    const answer = await studio.instance.request('/api/v1/people')
    const { people } = (await answer.json()) as { people: { needs_re_enrolment: boolean | null }[] }
    return people.filter(person => person.needs_re_enrolment).length
  }
  await expect.poll(outdated, { timeout: 10_000 }).toBe(2)
  const { page } = await come()
  await page.goto('/people/')
  const notice = page.getByRole('region', { name: 'Enrolled with another model' })
  await notice.getByRole('button', { name: 'Measure them anew' }).click()
  await page.getByText('1 person was measured anew').waitFor()
  await notice.getByText('New pictures have to be taken of:').waitFor()
  await notice.getByRole('button', { name: 'Eileen Collins' }).click()
  const person = page.getByRole('complementary', { name: 'Eileen Collins' })
  await person.getByRole('button', { name: 'Add pictures' }).click()
  await person.getByLabel('Choose pictures').setInputFiles(photo('astronaut'))
  await person.getByRole('button', { name: 'Save', exact: true }).click()
  await notice.waitFor({ state: 'detached' })
})
