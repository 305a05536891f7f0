import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { isDrawn, openStudio, result } from './studio.ts'

const studio = openStudio()
const { come } = studio

/** Runs without the browser until it has ended. */
async function draw(input: object): Promise<void> {
  const made = await studio.instance.request('/api/v1/tasks/text-to-image/jobs?wait=120', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input }),
  })
  expect(made.status).toBe(200)
}

beforeAll(async () => {
  await draw({ prompt: 'red apple', n: 2, seed: 3 })
})

const pages = [
  { path: '/', sign: 'button:has-text("Draw"), button:has-text("绘制")' },
  { path: '/?task=image-to-image', sign: 'input[type=file]' },
  { path: '/recognise/?task=detect-objects', sign: 'nav[aria-label="Kind of work"]' },
  { path: '/cameras/', sign: 'h1' },
  { path: '/faces/?task=recognise-faces', sign: 'nav[aria-label="Kind of work"]' },
  { path: '/people/', sign: 'h1' },
  { path: '/attendance/', sign: 'input[role=spinbutton]' },
  { path: '/chat/', sign: 'h1' },
  { path: '/gallery/', sign: '[data-gallery-grid] img' },
  { path: '/jobs/', sign: 'a[href^="/jobs/?job="]' },
  { path: '/models/', sign: 'table' },
  { path: '/keys/', sign: 'table' },
  { path: '/system/', sign: 'h3' },
]

/** Serious findings on what the page shows now, a line each. */
async function seriousIssues(page: Page, place: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  return serious.map(({ id, nodes }) => `${place}: ${id}: ${nodes.map(node => node.html).join(' | ')}`)
}

test.each(['dark', 'light'] as const)('no page has a serious accessibility issue (%s)', async theme => {
  const { page } = await come({ theme })
  const said: string[] = []
  for (const { path, sign } of pages) {
    await page.goto(path)
    await page.locator(sign).first().waitFor()
    said.push(...(await seriousIssues(page, path)))
  }
  expect(said).toEqual([])
})

const opened = [
  { path: '/', button: /Idle|running|waiting/, role: 'dialog' },
  { path: '/', button: /CPU/, role: 'dialog' },
  { path: '/', button: 'Account', role: 'menu' },
  { path: '/gallery/?full=1', button: 'Open red apple', role: 'dialog' },
  { path: '/models/', button: /licence/, role: 'dialog' },
  { path: '/keys/', button: 'New key', role: 'dialog' },
] as const

test('nothing that opens has a serious accessibility issue, and Esc closes it', async () => {
  const { page } = await come({ theme: 'light' })
  const said: string[] = []
  for (const { path, button, role } of opened) {
    await page.goto(path)
    await page.getByRole('button', { name: button }).first().click()
    await page.getByRole(role).waitFor()
    said.push(...(await seriousIssues(page, `${path} ${button}`)))
    await page.keyboard.press('Escape')
    await page.getByRole(role).waitFor({ state: 'detached' })
  }
  expect(said).toEqual([])
})

test('Chinese: one switch changes every page, and it is kept', async () => {
  const { page } = await come()
  await page.goto('/')
  await page.getByRole('button', { name: '切换为中文' }).click()
  await page.getByRole('button', { name: /^绘制/ }).waitFor()
  await page.getByText('引导强度').waitFor()
  for (const [name, heading] of [
    ['图库', '图库'],
    ['任务', '任务'],
    ['模型', '模型'],
    ['系统', '系统'],
    ['密钥', '密钥'],
  ] as const) {
    await page.getByRole('link', { name, exact: true }).click()
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
  }
  await page.reload()
  await page.getByRole('heading', { name: '密钥', level: 1 }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh')
})

test('a browser set to Chinese is greeted in Chinese', async () => {
  const { page } = await come({ locale: 'zh-CN' })
  await page.goto('/')
  await page.getByRole('button', { name: /^绘制/ }).waitFor()
})

test('Enter that ends an input method does not run anything', async () => {
  const { page } = await come()
  await page.goto('/')
  const prompt = page.getByRole('textbox', { name: 'Prompt' })
  await prompt.waitFor()
  const before = page.url()
  await prompt.evaluate(field => {
    const press = { key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true, cancelable: true }
    field.dispatchEvent(new KeyboardEvent('keydown', press))
  })
  expect(await page.getByRole('button', { name: /^Draw/ }).isEnabled()).toBe(true)
  expect(page.url()).toBe(before)
})

test('phone: nothing is wider than the screen, and the main action is within reach of the thumb', async () => {
  const { page } = await come({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  for (const { path, sign } of pages) {
    await page.goto(path)
    await page
      .locator(sign)
      .first()
      .waitFor({ state: path.includes('image-to') ? 'attached' : 'visible' })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  }
  await page.goto('/?task=text-to-image')
  const draw = page.getByRole('button', { name: 'Draw' })
  await draw.waitFor()
  const box = await draw.boundingBox()
  expect(box?.y).toBeGreaterThan(844 * 0.7)
  await page.getByRole('textbox', { name: 'Prompt' }).fill('pizza')
  await draw.tap()
  await result(page, 'pizza').waitFor()
  await expect.poll(() => isDrawn(page, 'pizza')).toBe(true)
})

test('gallery: search, arrows, full view, settings back to the form, delete and undo', async () => {
  const { page } = await come()
  await page.goto('/gallery/')
  await page.getByRole('button', { name: 'Open red apple' }).first().waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('nothing like this')
  await page.getByText('Nothing matches').waitFor()
  await page.getByRole('button', { name: 'Clear the search' }).click()
  const apples = page.getByRole('button', { name: 'Open red apple' })
  await apples.first().click()
  await page.getByText('Guidance').waitFor()
  const first = page.url()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => page.url()).not.toBe(first)
  await page.keyboard.press('f')
  await page.getByRole('button', { name: 'Zoom in' }).click()
  await page.getByText('140 %').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Zoom in' }).waitFor({ state: 'detached' })

  await page.getByRole('button', { name: 'Delete' }).click()
  await expect.poll(() => apples.count()).toBe(0)
  await page.getByRole('button', { name: /^Undo/ }).click()
  await expect.poll(() => apples.count()).toBe(2)

  await apples.nth(1).click()
  const job = new URL(page.url()).searchParams.get('job')
  await page.getByRole('button', { name: 'Use settings' }).click()
  await page.getByRole('button', { name: /^Draw/ }).waitFor()
  expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe('red apple')
  expect(await page.getByRole('textbox', { name: 'Seed' }).inputValue()).toBe('4')

  // Leaving the page decides: what was deleted is deleted.
  await page.goto(`/gallery/?job=${job}`)
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect.poll(() => apples.count()).toBe(0)
  expect((await studio.instance.request(`/api/v1/jobs/${job}`)).status).toBe(200)
  await page.goto('/models/')
  await expect.poll(async () => (await studio.instance.request(`/api/v1/jobs/${job}`)).status).toBe(404)
})

test('jobs: a filter stays in the address when a job is opened, and Back leaves the job', async () => {
  await draw({ prompt: 'rocket' })
  const { page } = await come()
  await page.goto('/jobs/')
  await page.getByRole('button', { name: 'Finished' }).click()
  await page
    .getByRole('link', { name: /rocket/ })
    .first()
    .click()
  await page.getByRole('heading', { name: 'rocket', level: 1 }).waitFor()
  await page.getByText('Kept image-0.png').waitFor()
  expect(new URL(page.url()).searchParams.get('state')).toBe('succeeded')
  await page.goBack()
  await page.getByText('Choose a job to see what happened to it.').waitFor()
  expect(new URL(page.url()).searchParams.get('state')).toBe('succeeded')
})

test('a key is made, shown once and taken back', async () => {
  const { page } = await come()
  await page.goto('/keys/')
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name').fill('my program')
  await page.getByRole('button', { name: 'Make the key' }).click()
  const secret = (await page.locator('code').textContent()) ?? ''
  expect(secret).toMatch(/^hk_/)
  const ask = () => fetch(`${studio.instance.url}/api/v1/session`, { headers: { authorization: `Bearer ${secret}` } })
  expect((await ask()).status).toBe(200)
  await page.getByRole('button', { name: 'I have it' }).click()
  await page
    .getByRole('row', { name: /my program/ })
    .getByRole('button', { name: 'Revoke' })
    .click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('my program was revoked').waitFor()
  expect((await ask()).status).toBe(401)
})

test('offline: a bar says so, what is there stays, and it comes back by itself', async () => {
  await draw({ prompt: 'whale' })
  const { page, context } = await come()
  await page.goto('/gallery/')
  const pictures = page.getByRole('button', { name: /^Open / })
  await pictures.first().waitFor()
  const before = await pictures.count()
  await context.setOffline(true)
  await page.getByText('Connection lost.').waitFor()
  expect(await pictures.count()).toBe(before)
  await context.setOffline(false)
  await page.getByText('Connection lost.').waitFor({ state: 'detached' })
})

test('shortcuts are listed, and the page is usable by keyboard alone', async () => {
  const { page } = await come()
  await page.goto('/models/')
  await page.locator('table').waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await page.getByRole('button', { name: /^Draw/ }).waitFor()
})

test('the first page needs less than 250 KB of script, and nothing on it jumps', async () => {
  const { page } = await come()
  // What is fetched ahead for other pages is not the first page's.
  await page.route(/\.txt(\?|$)/, () => undefined)
  await page.addInitScript(() => {
    let shift = 0
    const watch = new PerformanceObserver(list => {
      for (const entry of list.getEntries()) {
        if ('value' in entry && 'hadRecentInput' in entry && !entry.hadRecentInput) shift += Number(entry.value)
      }
      document.documentElement.dataset.shift = String(shift)
    })
    watch.observe({ type: 'layout-shift', buffered: true })
  })
  await page.goto('/')
  await page.getByRole('slider').first().waitFor()
  await page.getByText(/fits in memory/i).waitFor()
  const { script, shift } = await page.evaluate(() => {
    const entries = performance.getEntriesByType('resource')
    const sizes = entries.map(entry =>
      entry instanceof PerformanceResourceTiming && entry.name.endsWith('.js') ? entry.encodedBodySize : 0,
    )
    return {
      script: sizes.reduce((sum, size) => sum + size, 0),
      shift: Number(document.documentElement.dataset.shift ?? 0),
    }
  })
  expect(script).toBeGreaterThan(100_000)
  expect(script).toBeLessThan(250_000)
  expect(shift).toBeLessThan(0.02)
})

test('a file dropped where nobody takes it is not opened in place of the page', async () => {
  const { page } = await come()
  await page.goto('/keys/')
  await page.getByRole('heading', { level: 1 }).waitFor()
  const refused = await page.locator('main').evaluate(main => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['x'], 'notes.txt', { type: 'text/plain' }))
    const drop = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer })
    main.dispatchEvent(drop)
    return drop.defaultPrevented
  })
  expect(refused).toBe(true)
})
