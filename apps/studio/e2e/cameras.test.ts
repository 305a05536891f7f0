import { openAsBlob } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { photo } from '@hearth/testing/camera-film'
import { ffmpeg, ffmpegMissing } from '@hearth/testing/ffmpeg'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openStudio } from './studio.ts'

const studio = openStudio()
const { come } = studio
let folder: string | undefined
let film = ''

beforeAll(async () => {
  if (ffmpegMissing !== undefined) return
  folder = await mkdtemp(join(tmpdir(), 'hearth-film-'))
  film = join(folder, 'cup.mp4')
  const held = ['-loop', '1', '-framerate', '10', '-t', '2', '-i', photo('coffee')]
  await ffmpeg(...held, '-vf', 'scale=640:-2', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', film)
})
afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true })
})

interface Listed {
  id: string
  name: string
  source: string
  fps: number
  enabled: boolean
  options: Record<string, unknown>
}

async function listed(): Promise<Listed[]> {
  const answer = await studio.instance.request('/api/v1/cameras')
  return ((await answer.json()) as { cameras: Listed[] }).cameras
}

async function register(camera: object): Promise<Listed> {
  const answer = await studio.instance.request('/api/v1/cameras', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ task: 'detect-objects', ...camera }),
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Listed
}

async function forgetAll(): Promise<void> {
  for (const { id } of await listed()) await studio.instance.request(`/api/v1/cameras/${id}`, { method: 'DELETE' })
}
afterEach(forgetAll)

/** Serious findings on what the page shows now, a line each. */
async function seriousIssues(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`)
}

const dialog = (page: Page) => page.getByRole('dialog')
const save = (page: Page) => dialog(page).getByRole('button', { name: 'Save' })
const boxes = (page: Page) => page.locator('figure svg rect')
const cup = (page: Page) => page.locator('figure').getByRole('button', { name: /^cup 0\.\d\d$/ })
const seen = (page: Page, name: string) => page.getByRole('img', { name: `What ${name} sees` })

test('nothing yet: what a camera is; a bad address gets the words of the server, and nothing entered is lost', async () => {
  const { page } = await come()
  await page.goto('/recognise/')
  await page.getByRole('link', { name: 'Cameras', exact: true }).click()
  await page.getByText('No cameras yet').waitFor()
  await page.getByText('a video that is played over and over').waitFor()
  expect(await seriousIssues(page)).toEqual([])

  await page.getByRole('button', { name: 'Add a camera' }).click()
  expect(await save(page).isDisabled()).toBe(true)
  await dialog(page).getByLabel('Name').fill('Front door')
  const address = dialog(page).getByRole('textbox', { name: 'Address' })
  await address.fill('http://192.168.1.20/video')
  expect(await seriousIssues(page)).toEqual([])
  await save(page).press('Enter')
  await dialog(page).getByText('expected rtsp://').waitFor()
  expect(await address.getAttribute('aria-describedby')).not.toBeNull()
  expect(await listed()).toEqual([])

  await address.fill('rtsp://cam:s3cret@127.0.0.1:1/stream1')
  await save(page).click()
  await page.getByRole('row', { name: /Front door/ }).waitFor()
  await page.getByText('rtsp://cam:***@127.0.0.1:1/stream1').waitFor()
  expect(await page.content()).not.toContain('s3cret')

  // The stars are no password.
  await page.getByRole('button', { name: 'Edit Front door' }).click()
  await address.fill('rtsp://cam:***@127.0.0.1:2/stream1')
  await save(page).click()
  await dialog(page).getByText('Type the password again').waitFor()
  await page.keyboard.press('Escape')
  await dialog(page).waitFor({ state: 'detached' })
})

test('a stream that cannot be reached says why', async () => {
  const { id } = await register({ name: 'Garden', source: 'rtsp://cam:s3cret@127.0.0.1:1/x' })
  const { page } = await come()
  await page.goto('/cameras/')
  await page.getByRole('button', { name: 'Garden', exact: true }).click()
  await page.getByText('The stream cannot be reached').waitFor()
  await page.getByText('It is tried again by itself.').waitFor()
  expect(new URL(page.url()).searchParams.get('camera')).toBe(id)
  expect(await page.content()).not.toContain('s3cret')
  expect(await seriousIssues(page)).toEqual([])
  // Somebody else removes it.
  await forgetAll()
  await page.getByText('It was removed, or it belongs to somebody else.').waitFor()
  await page.getByRole('button', { name: 'Back to the list' }).click()
  await page.getByText('No cameras yet').waitFor()
})

test('a key without the scope admin watches, and changes nothing', async () => {
  await register({ name: 'Garden', source: 'rtsp://127.0.0.1:1/x' })
  const made = await studio.instance.request('/api/v1/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'guest', scopes: ['tasks'] }),
  })
  const { secret } = (await made.json()) as { secret: string }
  const { page, context } = await come({ stranger: true })
  expect((await context.request.post('/api/v1/session', { data: { key: secret } })).ok()).toBe(true)
  await page.goto('/cameras/')
  await page.getByRole('button', { name: 'Garden', exact: true }).waitFor()
  expect(await page.getByRole('button', { name: /^(Add|Edit|Switch|Remove)/ }).count()).toBe(0)
  await forgetAll()
  await page.goto('/cameras/')
  await page.getByText('Somebody with a key that may manage the machine can add one.').waitFor()
})

describe.skipIf(ffmpegMissing !== undefined)('a video as camera', () => {
  test('is added, watched, edited, switched off and on, and removed', async () => {
    const { page } = await come()
    await page.goto('/cameras/?add=1')
    await dialog(page).getByLabel('Name').fill('Kitchen')
    await dialog(page).getByLabel('Choose a video').setInputFiles(film)
    await dialog(page).getByText('cup.mp4').waitFor()
    await dialog(page).getByRole('combobox', { name: /^Task/ }).click()
    await page.getByRole('option', { name: 'Detect objects' }).click()
    await save(page).click()
    await page.getByText('Kitchen was added').waitFor()
    expect(await listed()).toMatchObject([{ name: 'Kitchen', source: /^upload:/, fps: 5, enabled: true }])

    await page.getByRole('button', { name: 'Kitchen', exact: true }).click()
    await cup(page).waitFor({ timeout: 60_000 })
    await page.getByText(/ms behind$/).waitFor()
    await page.getByText(/a second$/).waitFor()
    await page.getByRole('list', { name: 'Found' }).getByText('cup').waitFor()
    // The box is over the middle of the picture, where the cup is.
    const picture = await seen(page, 'Kitchen').boundingBox()
    const box = await boxes(page).first().boundingBox()
    if (!picture || !box) throw new Error('neither picture nor box')
    expect(box.x).toBeGreaterThan(picture.x + picture.width * 0.1)
    expect(box.x + box.width).toBeLessThan(picture.x + picture.width * 0.95)

    // Surer than anything is: the boxes go. The address restores the view.
    await page.getByRole('button', { name: 'Edit Kitchen' }).click()
    await dialog(page).getByLabel('Name').fill('Coffee kitchen')
    await dialog(page).getByRole('button', { name: 'Settings of the task' }).click()
    await dialog(page).getByRole('slider', { name: 'Confidence at least' }).fill('1')
    await save(page).click()
    await page.getByRole('heading', { name: 'Coffee kitchen' }).waitFor()
    await page.getByText('Nothing', { exact: true }).waitFor({ timeout: 60_000 })
    expect(await boxes(page).count()).toBe(0)
    expect(await listed()).toMatchObject([{ name: 'Coffee kitchen', source: /^upload:/, options: { min_score: 1 } }])
    await page.reload()
    await page.getByText(/ms behind$/).waitFor({ timeout: 60_000 })

    await page.getByRole('button', { name: 'Switch Coffee kitchen off' }).click()
    await page.getByText('Nobody looks through it until it is switched on.').waitFor()
    expect(await listed()).toMatchObject([{ enabled: false }])
    expect(await seriousIssues(page)).toEqual([])
    await page.getByRole('button', { name: 'Switch Coffee kitchen on' }).last().click()
    await page.getByText(/ms behind$/).waitFor({ timeout: 60_000 })

    await page.getByRole('button', { name: 'Remove Coffee kitchen' }).click()
    await dialog(page).getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('No cameras yet').waitFor()
    expect(await listed()).toEqual([])
  })

  /** The film as a camera, registered without the browser. */
  async function kitchen(): Promise<Listed> {
    const form = new FormData()
    form.append('file', await openAsBlob(film), 'cup.mp4')
    const stored = await studio.instance.request('/api/v1/uploads', { method: 'POST', body: form })
    const { id } = (await stored.json()) as { id: string }
    return await register({ name: 'Kitchen', source: `upload:${id}` })
  }

  test('phone: list and picture are no wider than the screen; Chinese; no serious issue', async () => {
    const { id } = await kitchen()
    await register({
      name: 'A camera with a rather long name at the back door',
      source: 'rtsp://cam:x@192.168.100.200:8554/a/long/path/of/a/stream',
    })
    const { page } = await come({
      theme: 'light',
      locale: 'zh-CN',
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    await page.goto('/cameras/')
    await page.getByRole('button', { name: 'Kitchen', exact: true }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    expect(await seriousIssues(page)).toEqual([])
    await page.getByRole('button', { name: 'Kitchen', exact: true }).tap()
    await cup(page).waitFor({ timeout: 60_000 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    expect(await seriousIssues(page)).toEqual([])
    await page.getByRole('button', { name: '编辑 Kitchen' }).tap()
    await dialog(page).getByText('已保存的视频').waitFor()
    expect(await seriousIssues(page)).toEqual([])
    expect(new URL(page.url()).searchParams.get('camera')).toBe(id)
  })

  test('the worker is killed: the page says so, and goes on by itself', async () => {
    const { id } = await kitchen()
    const { page } = await come()
    await page.goto(`/cameras/?camera=${id}`)
    await page.getByText(/ms behind$/).waitFor({ timeout: 60_000 })
    const { worker } = studio.instance.pids()
    if (worker === undefined) throw new Error('there is no worker')
    process.kill(worker, 'SIGKILL')
    await page.getByText('The worker is away').waitFor()
    await page.getByText(/ms behind$/).waitFor({ timeout: 90_000 })
  })

  test('a dropped video becomes the source', async () => {
    const { page } = await come()
    await page.goto('/cameras/?add=1')
    const transfer = await page.evaluateHandle(
      bytes => {
        const files = new DataTransfer()
        files.items.add(new File([new Uint8Array(bytes)], 'dropped.mp4', { type: 'video/mp4' }))
        return files
      },
      [...(await readFile(film))],
    )
    await page.getByRole('region', { name: 'Address' }).dispatchEvent('drop', { dataTransfer: transfer })
    await dialog(page).getByText('dropped.mp4').waitFor()
    await dialog(page).getByRole('button', { name: 'Use an address instead' }).click()
    await dialog(page).getByRole('textbox', { name: 'Address' }).waitFor()
  })
})
