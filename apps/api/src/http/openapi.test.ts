import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.stop())

describe('the description of the interface', () => {
  it('is OpenAPI 3.1 and describes every task with its own fields', async () => {
    const document = await (await api.ask('/api/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    const run = document.paths['/api/v1/tasks/text-to-image/jobs'].post
    const { schema, examples } = run.requestBody.content['application/json']
    expect(schema.properties.input.properties.prompt.maxLength).toBe(20_000)
    expect(Object.keys(examples).length).toBeGreaterThan(0)
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) =>
      path.split('/'),
    )
    const find = (path: string[]) => path.reduce((value, name) => value?.[name], document)
    expect(references.filter(path => find(path) === undefined)).toEqual([])
    expect(references.length).toBeGreaterThan(0)
    const ids = Object.values<Record<string, { operationId: string }>>(document.paths)
      .flatMap(path => Object.values(path))
      .map(operation => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('has a page that needs nobody else', async () => {
    const page = await api.ask('/api/docs')
    expect(await page.text()).not.toMatch(/https?:\/\//)
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self'")
    const program = await api.ask('/api/docs/scalar.js')
    const text = await program.text()
    expect(text.length).toBeGreaterThan(1_000_000)
    expect(text).toContain('createApiReference')
  })

  it('needs a key', async () => {
    expect((await api.ask('/api/openapi.json', { key: null })).status).toBe(401)
  })
})
