import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dropFile } from './drop.ts'
import { isDrawn, longDraft, openStudio, result } from './studio.ts'

const studio = openStudio()
const { come } = studio

interface ListedJob {
  id: string
  task: string
  state: string
  outputs: { name: string; width: number }[]
  input: Record<string, unknown>
}

async function listJobs(): Promise<ListedJob[]> {
  const answer = await studio.instance.request('/api/v1/jobs')
  return ((await answer.json()) as { jobs: ListedJob[] }).jobs
}

test('first visit: the link signs in, a prompt is ready, Ctrl+Enter draws it', async () => {
  const { page } = await come({ stranger: true })
  await page.goto(studio.instance.link)
  const prompt = page.getByRole('textbox', { name: 'Prompt' })
  await prompt.waitFor()
  expect(page.url()).not.toContain('sign-in')
  expect(await prompt.inputValue()).not.toBe('')
  expect(await prompt.evaluate(field => document.activeElement === field)).toBe(true)
  await page.getByText('Try one of these').waitFor()

  await page.getByRole('button', { name: 'lion', exact: true }).click()
  await prompt.press('Control+Enter')
  await result(page, 'lion').waitFor()
  await expect.poll(() => isDrawn(page, 'lion')).toBe(true)
  const [job] = await listJobs()
  expect(job).toMatchObject({ state: 'succeeded', input: { prompt: 'lion' } })
  expect(new URL(page.url()).searchParams.get('job')).toBe(job?.id)
  // The same picture is in the gallery, with what made it.
  await page.getByRole('link', { name: 'Gallery' }).click()
  await page.getByRole('button', { name: 'Open lion' }).click()
  await page.getByText('128 × 128').waitFor()
})

test('the picture keeps its place from preview to result', async () => {
  const { page } = await come({ kept: { 'draft.text-to-image': { values: { prompt: 'pizza', steps: 60, seed: 5 } } } })
  await page.goto('/')
  await page.getByRole('button', { name: /^Draw/ }).click()
  const preview = page.getByRole('img', { name: 'Preview of the running work' })
  await preview.waitFor()
  const frame = page.locator('figure')
  const before = await frame.boundingBox()
  await page.getByText(/^Step \d+ of 60$/).waitFor()
  await result(page, 'pizza').waitFor()
  await expect.poll(() => isDrawn(page, 'pizza')).toBe(true)
  expect(await frame.boundingBox()).toEqual(before)
})

test('reload in the middle of a job: preview, progress and history are back, and it finishes', async () => {
  const { page } = await come({ kept: { 'draft.text-to-image': longDraft } })
  await page.goto('/')
  await page.getByRole('button', { name: /^Draw/ }).click()
  await page.getByRole('img', { name: 'Preview of the running work' }).waitFor()
  const address = page.url()
  await page.reload()
  expect(page.url()).toBe(address)
  await page.getByRole('img', { name: 'Preview of the running work' }).waitFor()
  await page.getByText(/^Step \d+ of \d+$/).waitFor()
  const id = new URL(address).searchParams.get('job')
  await page.goto(`/jobs/?job=${id}`)
  await page.getByText('Put in the queue').waitFor()
  await page.getByText(/^Attempt 1 started/).waitFor()
  await page.goBack()
  await result(page, 'purple sailboat').waitFor({ timeout: 240_000 })
  const finished = (await listJobs()).find(job => job.id === id)
  expect(finished?.outputs).toHaveLength(4)
}, 300_000)

test('Esc cancels, nothing is kept, and it can be run again', async () => {
  const { page } = await come({ kept: { 'draft.text-to-image': longDraft } })
  await page.goto('/')
  await page.getByRole('button', { name: /^Draw/ }).click()
  await page.getByText(/^Step \d+ of \d+$/).waitFor()
  const id = new URL(page.url()).searchParams.get('job')
  await page.keyboard.press('Escape')
  await page.getByText('Cancelled. Nothing was kept.').waitFor()
  const job = (await listJobs()).find(candidate => candidate.id === id)
  expect(job).toMatchObject({ state: 'cancelled', outputs: [] })
  await page.getByRole('button', { name: 'Run again' }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('job')).not.toBe(id)
  await page.getByText(/^Step \d+ of \d+$/).waitFor()
  await page.getByRole('button', { name: /^Cancel/ }).click()
  await page.getByText('Cancelled. Nothing was kept.').waitFor()
})

test('a picture dropped on the page becomes the input of image to image', async () => {
  const { page } = await come()
  await page.goto('/')
  await page.getByRole('button', { name: /^Draw/ }).waitFor()
  const picture = join(import.meta.dirname, 'white-square.png')
  await dropFile(page.locator('section').first(), picture, 'image/png', 'Drop it to use it as input')
  await page.getByRole('img', { name: 'Input picture' }).waitFor()
  await page.getByRole('textbox', { name: 'Prompt' }).fill('green apple')
  await page.getByRole('button', { name: /^Redraw/ }).click()
  await result(page, 'green apple').waitFor()
  await expect.poll(() => isDrawn(page, 'green apple')).toBe(true)
  const job = (await listJobs())[0]
  expect(job).toMatchObject({ state: 'succeeded', input: { prompt: 'green apple' } })
  expect(job?.input.image).toMatch(/^upload:/)
})

test('a picture pasted on another page becomes the input too', async () => {
  const { page } = await come()
  await page.goto('/models/')
  await page.locator('table').waitFor()
  const bytes = [...readFileSync(join(import.meta.dirname, 'white-square.png'))]
  await page.evaluate(data => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([new Uint8Array(data)], 'pasted.png', { type: 'image/png' }))
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, bytes)
  await page.getByRole('img', { name: 'Input picture' }).waitFor()
  // It is still there after a reload, read back from the server.
  await page.reload()
  const input = page.getByRole('img', { name: 'Input picture' })
  await input.waitFor()
  await expect.poll(() => input.evaluate(image => image instanceof HTMLImageElement && image.naturalWidth)).toBe(128)
})

test('a mask is painted, sent and shown', async () => {
  const { page } = await come()
  await page.goto('/?task=image-to-image')
  await page.setInputFiles('input[type=file]', {
    name: 'icon.png',
    mimeType: 'image/png',
    buffer: readFileSync(join(import.meta.dirname, 'white-square.png')),
  })
  await page.getByRole('button', { name: 'Paint a mask' }).click()
  const canvas = page.getByRole('application')
  const box = (await canvas.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5, { steps: 6 })
  await page.mouse.up()
  await page.getByRole('button', { name: 'Use this mask' }).click()
  await page.getByRole('button', { name: 'Change the mask' }).waitFor()
  await page.getByRole('textbox', { name: 'Prompt' }).fill('sun')
  await page.keyboard.press('Control+Enter')
  await result(page, 'sun').waitFor()
  const job = (await listJobs())[0]
  expect(job?.input.mask).toMatch(/^upload:/)
  const mask = await studio.instance.request(`/api/v1/uploads/${String(job?.input.mask).slice('upload:'.length)}`)
  expect(mask.headers.get('content-type')).toBe('image/png')
})

test('settings are chosen by keyboard alone, survive a reload and reach the job', async () => {
  const { page } = await come()
  await page.goto('/?task=text-to-image')
  await page.getByRole('button', { name: 'Advanced' }).press('Enter')
  await page.getByRole('combobox', { name: /^Sampler/ }).press('ArrowDown')
  await page.getByRole('option', { name: 'Euler', exact: true }).waitFor()
  await page.keyboard.type('Euler')
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Sampler: Euler' }).waitFor()
  await page.getByRole('slider', { name: 'Steps' }).press('Home')
  await page.getByRole('spinbutton', { name: 'Pictures' }).press('ArrowUp')
  await page.getByRole('textbox', { name: 'Seed' }).fill('77')
  await page.getByRole('textbox', { name: 'Prompt' }).fill('star')
  await page.reload()
  await page.getByRole('combobox', { name: 'Sampler: Euler' }).waitFor()
  await page.getByRole('textbox', { name: 'Prompt' }).press('Control+Enter')
  await result(page, 'star').waitFor()
  expect((await listJobs())[0]?.input).toMatchObject({ prompt: 'star', sampler: 'euler', steps: 1, n: 2, seed: 77 })
  await page.getByRole('button', { name: 'Reset the settings' }).click()
  expect(await page.getByRole('textbox', { name: 'Seed' }).inputValue()).toBe('')
  expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe('star')
})

test('a wrong link says so and offers a key', async () => {
  const { page } = await come({ stranger: true })
  await page.goto('/#sign-in=not-a-token-that-was-ever-made')
  await page.getByRole('heading', { name: 'This link no longer works' }).waitFor()
  expect(page.url()).not.toContain('sign-in')
  await page.getByLabel('Key').fill('hk_wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').filter({ hasText: 'key' }).waitFor()
  await page.getByLabel('Key').fill(studio.instance.key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: /^Draw/ }).waitFor()
})
