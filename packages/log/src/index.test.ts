import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { createLogger } from './index.ts'

it('writes JSON lines without secrets', () => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const log = createLogger({ logLevel: 'info' }, 'api', sink)
  log.info(
    { key: 'hk_1', headers: { authorization: 'Bearer hk_2', accept: 'json' }, request: { body: { auth: 'hk_3' } } },
    'request',
  )
  log.debug('too fine')
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('hk_')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'api', msg: 'request', headers: { accept: 'json' } })
})
