import { readFileSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { clipOf } from './camera-clip.ts'
import { enrol } from './enrol.ts'
import { openStudio } from './studio.ts'

// Another picture of the person than those that were enrolled, held up to the camera.
const studio = openStudio({ clip: clipOf('obama3') })
const { come } = studio
let key = ''

beforeAll(async () => {
  const made = await studio.instance.request('/api/v1/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'door', scopes: ['kiosk'] }),
  })
  key = ((await made.json()) as { secret: string }).secret
  await enrol(studio.instance, 'Barack Obama', ['obama', 'obama2'])
})

/** Every phase that the page went through, from now on. */
async function follow(page: Page): Promise<() => Promise<string[]>> {
  await page.locator('main[data-phase]').evaluate(main => {
    const seen = [main.getAttribute('data-phase')]
    new MutationObserver(() => {
      seen.push(main.getAttribute('data-phase'))
      document.documentElement.dataset.phases = seen.join(' ')
    }).observe(main, { attributes: true, attributeFilter: ['data-phase'] })
  })
  return () => page.evaluate(() => (document.documentElement.dataset.phases ?? '').split(' '))
}

const phase = (page: Page, name: string) => page.locator(`main[data-phase="${name}"]`)

test('the key is asked for once; a wrong one is refused in words, and the studio stays closed to it', async () => {
  const { page, context } = await come({ stranger: true })
  await page.goto('/kiosk/')
  await page.getByLabel('Kiosk key').fill('hk_wrong')
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByText('This key is not taken').waitFor()
  await page.getByLabel('Kiosk key').fill(key)
  await page.getByRole('button', { name: 'Start' }).click()
  await page.locator('main[data-phase]').waitFor()
  await page.reload()
  await page.locator('main[data-phase]').waitFor()
  const jobs = await context.request.get('/api/v1/jobs', { headers: { authorization: `Bearer ${key}` } })
  expect(jobs.status()).toBe(403)
})

test('a photograph of a known face is asked to act, and refused; nobody is noted', async () => {
  const { page } = await come({ stranger: true })
  await page.goto(`/kiosk/#key=${key}`)
  await page.locator('main[data-phase]').waitFor()
  expect(page.url()).not.toContain(key)
  const phases = await follow(page)
  await phase(page, 'challenge').waitFor({ timeout: 60_000 })
  await page.getByText(/^1 of \d$/).waitFor()
  await phase(page, 'refused').waitFor({ timeout: 60_000 })
  await page.getByRole('heading', { name: 'That did not work' }).waitFor()
  // It tries again, and again it is refused.
  await phase(page, 'challenge').waitFor({ timeout: 60_000 })
  await phase(page, 'refused').waitFor({ timeout: 60_000 })
  expect(await phases()).not.toContain('granted')
  const log = await studio.instance.request('/api/v1/kiosk/attendance')
  expect(await log.json()).toMatchObject({ entries: [] })
})

test('the worker is killed: the screen says so, grants nothing, and goes on by itself', async () => {
  const { page } = await come({ stranger: true })
  await page.goto(`/kiosk/#key=${key}`)
  await page
    .locator('main:is([data-phase="look"],[data-phase="challenge"],[data-phase="refused"])')
    .waitFor({ timeout: 60_000 })
  const phases = await follow(page)
  const { worker } = studio.instance.pids()
  if (worker === undefined) throw new Error('there is no worker')
  process.kill(worker, 'SIGKILL')
  await phase(page, 'worker-away').waitFor({ timeout: 60_000 })
  await page.getByText('The part that recognises faces is away.').waitFor()
  await page.locator('main:is([data-phase="look"],[data-phase="challenge"])').waitFor({ timeout: 90_000 })
  expect(await phases()).not.toContain('granted')
})

test('the connection is lost and found', async () => {
  const { page, context } = await come({ stranger: true })
  await page.goto(`/kiosk/#key=${key}`)
  await page.locator('main:not([data-phase="connecting"])').waitFor()
  await context.setOffline(true)
  await phase(page, 'offline').waitFor({ timeout: 60_000 })
  await page.getByRole('heading', { name: 'No connection' }).waitFor()
  await context.setOffline(false)
  await page
    .locator('main:is([data-phase="look"],[data-phase="challenge"],[data-phase="refused"])')
    .waitFor({ timeout: 60_000 })
})

test('it says what it is worth, in both languages, and has no serious accessibility issue', async () => {
  const { page } = await come({ stranger: true, locale: 'zh-CN' })
  await page.goto(`/kiosk/#key=${key}`)
  await page.getByRole('button', { name: '关于此终端' }).click()
  await page.getByText('无法防范').waitFor()
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByText('What it does not protect against').waitFor()
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => `${id} ${nodes.map(node => node.html).join(' | ')}`)).toEqual([])
})

test('without movements a known photograph is greeted by name and noted once; the page shows and exports it', async () => {
  const settings = await studio.instance.request('/api/v1/kiosk/settings', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ challenge: false }),
  })
  expect(settings.status).toBe(200)
  const { page } = await come({ stranger: true })
  await page.goto(`/kiosk/#key=${key}`)
  const greeted = phase(page, 'granted').getByRole('heading', { name: /Barack Obama/ })
  await greeted.waitFor({ timeout: 60_000 })
  // Another visit within the minutes of one attendance.
  await page.reload()
  await greeted.waitFor({ timeout: 60_000 })

  const { page: office } = await come()
  await office.goto('/attendance/')
  const came = office.getByRole('region', { name: 'Who came' })
  await came.getByRole('row').getByRole('link', { name: 'Barack Obama' }).waitFor()
  await came.getByRole('cell', { name: 'by face alone' }).waitFor()
  // The head and one entry.
  expect(await came.getByRole('row').count()).toBe(2)
  const downloading = office.waitForEvent('download')
  await came.getByRole('link', { name: 'Export as CSV' }).click()
  const file = await downloading
  expect(file.suggestedFilename()).toBe('attendance.csv')
  const [head, ...rows] = readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\r\n')
  expect(head).toBe('at,person,name,kiosk,challenged,similarity')
  expect(rows).toEqual([expect.stringMatching(/,Barack Obama,.*,no,0\.\d{3}$/)])
})
