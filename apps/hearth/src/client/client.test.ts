import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@hearth/config'
import type { JobView } from '@hearth/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from './api.ts'
import { readEventStream } from './event-stream.ts'
import { followJob } from './follow.ts'
import { readInput } from './input.ts'

const stamp = { job: 'job-00000001', owner: 'me', at: '2026-01-02T03:04:05.000Z' }

function job(state: JobView['state']): JobView {
  const none = {
    progress: null,
    error: null,
    retry_of: null,
    queue_position: null,
    started_at: null,
    finished_at: null,
  }
  return {
    ...none,
    id: stamp.job,
    owner: stamp.owner,
    task: 'echo',
    state,
    model: 'echo',
    priority: 'normal',
    input: {},
    output: null,
    outputs: [
      { name: 'a.txt', mime: 'text/plain', bytes: 1, sha256: 'x', url: '/api/v1/jobs/job-00000001/outputs/a.txt' },
    ],
    attempt: 1,
    created_at: stamp.at,
    last_seq: 3,
  }
}

describe('event stream', () => {
  test('is read however it is cut into pieces', async () => {
    const text = ': hello\r\nid: 1\r\ndata: {"a":\r\ndata: "é\u2028"}\r\n\r\nevent: x\ndata:two\n\ndata: unfinished'
    const bytes = new TextEncoder().encode(text)
    for (let size = 1; size < 9; size++) {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
          controller.close()
        },
      })
      const found: string[] = []
      for await (const data of readEventStream(body)) found.push(data)
      expect(found).toEqual(['{"a":\n"é\u2028"}', 'two'])
    }
  })
})

describe('following', () => {
  let server: Server
  let asked: string[]
  let answers: ((response: ServerResponse) => void)[]
  let state: JobView['state']

  beforeEach(async () => {
    asked = []
    state = 'succeeded'
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['last-event-id'] ?? ''}`.trim())
      if (request.url?.endsWith('/events')) return void answers.shift()?.(response)
      if (request.headers.authorization !== 'Bearer my-key') return void response.writeHead(401).end('no')
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(job(state)))
    })
    server.listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const send = (response: ServerResponse, ...events: object[]) => {
    if (!response.headersSent) response.setHeader('content-type', 'text/event-stream')
    for (const event of events) response.write(`data: ${JSON.stringify({ ...stamp, ...event })}\n\n`)
  }
  const follow = async (signal = new AbortController().signal) => {
    const { port } = server.address() as AddressInfo
    const config = loadConfig({ HEARTH_URL: `http://127.0.0.1:${port}`, HEARTH_KEY: 'my-key' })
    return followJob({ client: await createClient(config), config, job: job('queued'), signal, quiet: true })
  }

  test('goes on after a cut connection from the last number it saw', async () => {
    answers = [
      response => {
        send(response, { seq: 1, type: 'queued' }, { seq: 2, type: 'started', attempt: 1, model: 'm', device: 'cpu' })
        setTimeout(() => response.destroy(), 20)
      },
      response => response.writeHead(503).end('{"error":{"code":"unavailable","message":"down","retryable":true}}'),
      response => {
        send(response, { seq: 3, type: 'succeeded' })
        response.end()
      },
    ]
    const { code, lines } = await follow()
    expect(code).toBe(0)
    expect(lines).toEqual([expect.stringMatching(/^http:.*\/api\/v1\/jobs\/job-00000001\/outputs\/a\.txt$/)])
    expect(asked.filter(line => line.includes('/events')).map(line => line.split(' ').at(-1))).toEqual(['0', '2', '2'])
  })

  test('an abort cancels the job, and the end is waited for', async () => {
    const interrupted = new AbortController()
    state = 'cancelled'
    answers = [
      response => {
        send(response, { seq: 1, type: 'queued' })
        server.on('request', request => {
          if (request.url?.endsWith('/cancel')) send(response, { seq: 2, type: 'cancelled' })
        })
        interrupted.abort()
      },
    ]
    expect(await follow(interrupted.signal)).toMatchObject({ code: 130, lines: ['Cancelled.'] })
    expect(asked).toContain('POST /api/v1/jobs/job-00000001/cancel')
  })

  test('a key that is refused ends it at once', async () => {
    answers = [
      response => response.writeHead(401).end('{"error":{"code":"unauthenticated","message":"no","retryable":false}}'),
    ]
    await expect(follow()).rejects.toMatchObject({ code: 'unauthenticated', message: 'no' })
  })
})

describe('input', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hearth-input-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const task = {
    id: 't',
    capability: 'create',
    lanes: ['batch'],
    input: {
      required: [],
      properties: { prompt: { type: 'string' }, steps: { type: 'integer' }, image: { type: 'string', media: 'image' } },
    },
  }
  const sent: string[] = []
  const client = {
    upload: async (file: Blob, name: string) => {
      sent.push(`${name} ${await file.text()}`)
      return 'abcdefgh'
    },
  }

  test('is read as the schema says', async () => {
    await writeFile(join(dir, 'a.png'), 'picture')
    await writeFile(join(dir, 'p.txt'), 'a long prompt')
    await writeFile(join(dir, 'all.json'), '{"steps": 3, "seed": -1}')
    const words = [`@${dir}/all.json`, 'prompt=42', 'steps=20', `image=@${dir}/a.png`, 'other=true', 'eq=a=b']
    expect(await readInput(words, task, client)).toEqual({
      seed: -1,
      prompt: '42',
      steps: 20,
      image: 'upload:abcdefgh',
      other: true,
      eq: 'a=b',
    })
    expect(sent).toEqual(['a.png picture'])
    expect(await readInput([`prompt=@${dir}/p.txt`], task, client)).toEqual({ prompt: 'a long prompt' })
  })

  test.each([['prompt'], ['image=@/no/such/file'], ['@/no/such/file']])('%s is refused with a reason', async word => {
    await expect(readInput([word], task, client)).rejects.toMatchObject({ code: 'invalid-input' })
  })
})
