import { readFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { starterChat } from '../../../packages/language/src/families/llama/starter-under-test.ts'
import { openStudio } from './studio.ts'

const studio = openStudio({ models: async () => [await starterChat()] })
const { come } = studio

const system = { role: 'system', content: [{ type: 'text', text: 'You are a helpful assistant.' }] }
/** What a new chat starts with, so that answers are the same each time. */
const kept = { 'draft.chat': { values: { messages: [system], temperature: 0, max_tokens: 48 } } }
const endless = { 'draft.chat': { values: { temperature: 0 } } }

/** A busy machine takes its time over a model. */
const patience = { timeout: 60_000 }

const question = 'What is the capital of France?'
const message = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true })
const answers = (page: Page) => page.getByRole('article', { name: 'Answer' })
const own = (page: Page) => page.getByRole('article', { name: 'You' })
const paris = (page: Page) => answers(page).getByText('The capital of France is Paris.')

async function ask(page: Page, text: string): Promise<void> {
  await message(page).fill(text)
  await message(page).press('Enter')
}

/** The answer has come to its end. */
async function answered(page: Page): Promise<void> {
  await page.getByRole('status').filter({ hasText: 'The answer is complete.' }).waitFor({ state: 'attached' })
}

async function seriousIssues(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`)
}

test('Enter sends, the answer is written piece by piece and its figures are told; a reload keeps it all', async () => {
  const { page } = await come({ kept })
  await page.goto('/chat/')
  await message(page).waitFor()
  await page.keyboard.type('What is the capital')
  await page.keyboard.press('Shift+Enter')
  expect(await message(page).inputValue()).toBe('What is the capital\n')
  await message(page).evaluate(field => {
    const press = { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }
    field.dispatchEvent(new KeyboardEvent('keydown', press))
  })
  expect(await own(page).count()).toBe(0)
  // Every text that the answer ever had.
  await page.evaluate(() => {
    const seen: string[] = []
    Object.assign(window, { seen })
    new MutationObserver(() => {
      const text = document.querySelector('article[aria-label="Answer"]')?.textContent ?? ''
      if (text !== seen.at(-1)) seen.push(text)
    }).observe(document.body, { childList: true, subtree: true, characterData: true })
  })
  await ask(page, question)
  await paris(page).waitFor()
  await answered(page)
  const seen = await page.evaluate(() => (window as { seen?: string[] }).seen ?? [])
  expect(seen.filter(text => text.startsWith('The') && !text.includes('Paris.')).length).toBeGreaterThan(0)
  await answers(page)
    .getByText(/tokens\/s · \d+ in, \d+ out · SmolLM2 135M Instruct$/)
    .waitFor()
  expect(await message(page).inputValue()).toBe('')

  await page.reload()
  await paris(page).waitFor()
  await own(page).getByText(question).waitFor()
  await page.goto('/chat/')
  const list = page.getByRole('navigation', { name: 'Conversations' })
  await list.getByRole('button', { name: question, exact: true }).click()
  await paris(page).waitFor()
})

test('stop ends an answer and keeps what was written; so does Esc', async () => {
  const { page } = await come({ kept: endless })
  await page.goto('/chat/')
  await ask(page, 'Tell me a long story about a lighthouse.')
  const stop = page.getByRole('button', { name: 'Stop' })
  await expect.poll(async () => (await answers(page).textContent())?.length, patience).toBeGreaterThan(40)
  await stop.click()
  await answers(page)
    .getByText(/^Stopped/)
    .waitFor()
  await page.getByRole('button', { name: 'Send' }).waitFor()
  expect((await answers(page).textContent())?.length).toBeGreaterThan(40)

  await page.getByRole('button', { name: 'Answer again' }).click()
  await stop.waitFor()
  await page.keyboard.press('Escape')
  await answers(page)
    .getByText(/^Stopped/)
    .waitFor()
  await page.getByText('2 / 2').waitFor()
  await page.reload()
  await page.getByText('2 / 2').waitFor()
})

test('an edited message is sent anew beside what it was, and both branches stay', async () => {
  const { page } = await come({ kept })
  await page.goto('/chat/')
  await ask(page, question)
  await paris(page).waitFor()
  await answered(page)
  await own(page).hover()
  await page.getByRole('button', { name: 'Edit' }).click()
  const editor = page.getByRole('textbox', { name: 'Edit the message' })
  await editor.fill('What is the capital of Italy?')
  await editor.press('Enter')
  await own(page).getByText('What is the capital of Italy?').waitFor()
  await answered(page)
  // A very small model: what it says of Italy is its own affair.
  const text = () => answers(page).locator('p').first().textContent()
  const other = await text()
  expect(other).not.toContain('France')
  await own(page).getByText('2 / 2').waitFor()
  await page.getByRole('button', { name: 'Earlier version' }).click()
  await paris(page).waitFor()
  expect(await own(page).textContent()).toContain(question)
  await page.reload()
  await paris(page).waitFor()
  await page.getByRole('button', { name: 'Later version' }).click()
  await expect.poll(text).toBe(other)
})

test('chats are found by their words, renamed, exported and deleted with a way back', async () => {
  const { page } = await come({ kept })
  await page.goto('/chat/')
  await ask(page, question)
  await answered(page)
  await page.getByRole('button', { name: 'New chat' }).first().click()
  await ask(page, 'Name one colour.')
  await answered(page)
  const list = page.getByRole('navigation', { name: 'Conversations' })
  const rows = list.getByRole('listitem')
  await expect.poll(() => rows.count()).toBe(2)
  await page.getByRole('searchbox', { name: 'Search chats' }).fill('paris FRANCE')
  await expect.poll(() => rows.count()).toBe(1)
  await list.getByRole('button', { name: `More: ${question}` }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByRole('textbox', { name: 'Name of the chat' }).fill('Geography')
  await page.keyboard.press('Enter')
  await page.getByRole('searchbox', { name: 'Search chats' }).fill('')
  await list.getByRole('button', { name: 'Geography', exact: true }).click()
  await paris(page).waitFor()

  const save = async (kind: string) => {
    await page.getByRole('button', { name: 'Export' }).click()
    const coming = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: `Export as ${kind}` }).click()
    const file = await coming
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
  }
  expect(await save('Markdown')).toEqual({
    name: 'Geography.md',
    text: expect.stringMatching(
      /^# Geography\n\n## System prompt\n\nYou are a helpful assistant\.\n\n## You\n\nWhat is the capital of France\?\n\n## Answer \(smollm2-135m\)\n\nThe capital of France is Paris\./,
    ),
  })
  const json = JSON.parse((await save('JSON')).text)
  expect(json).toMatchObject({
    format: 'hearth-conversation',
    version: 1,
    title: 'Geography',
    values: { temperature: 0 },
  })
  expect(json.turns.map((turn: { role: string }) => turn.role)).toEqual(['user', 'assistant'])

  await list.getByRole('button', { name: 'More: Geography' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await expect.poll(() => rows.count()).toBe(1)
  await page.getByRole('button', { name: /^Undo/ }).click()
  await expect.poll(() => rows.count()).toBe(2)
})

test('an error says its cause and remedy, and trying again takes its place', async () => {
  const { page } = await come({ kept })
  await page.goto('/chat/')
  await page.route('**/tasks/chat/run', route =>
    route.fulfill({
      status: 503,
      json: {
        error: { code: 'device-busy', message: 'the model is in use', hint: 'Try again soon.', retryable: true },
      },
    }),
  )
  await ask(page, question)
  await page.getByRole('alert').getByText('Try again soon.').waitFor()
  await page.unroute('**/tasks/chat/run')
  await page.getByRole('button', { name: 'Try again' }).click()
  await paris(page).waitFor()
  await answered(page)
  expect(await page.getByRole('alert').filter({ hasText: 'Try again soon.' }).count()).toBe(0)
  expect(await page.getByText('1 / 2').count()).toBe(0)
})

test('Markdown is shown as such: code with a copy button, tables, thoughts and calls; HTML and pictures are not', async () => {
  const { page, context } = await come({ kept })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const text =
    '# Title\n\n```python\nprint("hi")\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<b id="raw">x</b> ![far](https://example.com/p.png)'
  const content = [
    { type: 'reasoning', text: 'Let me see.' },
    { type: 'text', text },
    { type: 'tool_call', id: '1', name: 'look_up', arguments: '{"word":"hi"}' },
  ]
  const usage = { prompt_tokens: 3, completion_tokens: 9, cached_tokens: 0, reasoning_tokens: 2 }
  const choices = [{ index: 0, content, finish_reason: 'tool_calls', stop_sequence: null }]
  const data = JSON.stringify({ model: 'smollm2-135m', output: { choices, usage, omitted_messages: 0 } })
  await page.route('**/tasks/chat/run', route =>
    route.fulfill({ contentType: 'text/event-stream', body: `event: done\ndata: ${data}\n\n` }),
  )
  await page.goto('/chat/')
  await ask(page, 'Show me')
  await page.getByRole('heading', { name: 'Title' }).waitFor()
  await page.getByRole('cell', { name: '2' }).waitFor()
  await page.getByText('Calls look_up').waitFor()
  expect(await page.getByText('Let me see.').isVisible()).toBe(false)
  await page.getByText('Thoughts').click()
  expect(await page.getByText('Let me see.').isVisible()).toBe(true)
  expect(await page.locator('#raw, article img').count()).toBe(0)
  expect(await page.getByRole('link', { name: 'far' }).getAttribute('rel')).toContain('noopener')
  await page.getByRole('button', { name: 'Copy the code' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('print("hi")\n')
  expect(await seriousIssues(page)).toEqual([])
})

test.each(['dark', 'light'] as const)(
  'no serious accessibility issue, empty or with settings open (%s)',
  async theme => {
    const { page } = await come({ kept, theme })
    await page.goto('/chat/')
    await page.getByRole('heading', { name: 'What do you want to talk about?' }).waitFor()
    expect(await seriousIssues(page)).toEqual([])
    await ask(page, question)
    await answered(page)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('textbox', { name: 'System prompt' }).waitFor()
    expect(await page.getByRole('slider', { name: 'Temperature' }).inputValue()).toBe('0')
    expect(await seriousIssues(page)).toEqual([])
  },
)

test('phone, in Chinese: one thing at a time, nothing wider than the screen, send within reach of the thumb', async () => {
  const { page } = await come({
    ...{ kept, locale: 'zh-CN', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  })
  await page.goto('/chat/')
  await page.getByRole('textbox', { name: '消息', exact: true }).fill(question)
  const send = page.getByRole('button', { name: '发送' })
  expect((await send.boundingBox())?.y).toBeGreaterThan(844 * 0.7)
  await send.tap()
  await page.getByText('The capital of France is Paris.').waitFor()
  await page.getByRole('button', { name: '对话列表' }).tap()
  await page.getByRole('searchbox', { name: '搜索对话' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await page.getByRole('button', { name: question, exact: true }).tap()
  await page.getByText('The capital of France is Paris.').waitFor()
  await page.getByRole('button', { name: '设置' }).tap()
  await page.getByRole('slider', { name: '温度' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})

test('a text file goes with the message; a picture is refused in words, and speech where no model is for it', async () => {
  const { page } = await come({ kept })
  await page.goto('/chat/')
  await message(page).waitFor()
  await page.getByRole('button', { name: /^Nothing here writes speech down/ }).waitFor()
  const file = (name: string, mimeType: string, text: string) => ({ name, mimeType, buffer: Buffer.from(text) })
  const chooser = page.locator('input[type=file]')
  await chooser.setInputFiles([file('capitals.csv', 'text/csv', 'France,Paris'), file('cat.png', 'image/png', 'no')])
  await page.getByRole('alert').getByText('cat.png is a picture, and this model does not take pictures yet.').waitFor()
  await page.getByRole('list', { name: 'Attached files' }).getByText('capitals.csv').waitFor()
  const asked = page.waitForRequest(request => request.url().endsWith('/tasks/chat/run'))
  await ask(page, question)
  const { input } = (await asked).postDataJSON()
  expect(input.messages.at(-1).content).toEqual([
    { type: 'text', text: 'capitals.csv:\n```csv\nFrance,Paris\n```\n\n' },
    { type: 'text', text: question },
  ])
  await answered(page)
  await own(page).getByRole('list', { name: 'Attached files' }).getByText('capitals.csv').waitFor()
  expect(await page.getByText(/^cat.png is a picture/).count()).toBe(0)
  await page.getByRole('button', { name: /^Nothing here reads aloud/ }).waitFor()
  await page.reload()
  await own(page).getByRole('list', { name: 'Attached files' }).getByText('capitals.csv').waitFor()
})
