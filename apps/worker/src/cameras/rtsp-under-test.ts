import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

export interface TestCamera {
  /** With user and password. */
  url: string
  /** Connections that play now. */
  playing(): number
  /** Cuts everybody off. */
  cut(): void
  /** Says nothing any more, with connections open. */
  mute(): void
  stop(): Promise<void>
}

const password = 's3cret-word'

/**
 * A camera that speaks RTSP over TCP: ffmpeg makes a test picture as RTP, which goes into every connection that plays.
 * As much of the protocol as a client of ffmpeg needs.
 */
export async function startTestCamera(): Promise<TestCamera> {
  const media = createSocket('udp4').bind(0, '127.0.0.1')
  await once(media, 'listening')
  const source = startSource(media.address().port)
  const clients = new Set<Socket>()
  const players = new Set<Socket>()
  let muted = false
  media.on('message', packet => {
    const head = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 0xff])
    if (!muted) for (const client of players) client.write(Buffer.concat([head, packet]))
  })
  const server = createServer(client => {
    clients.add(client)
    client.on('error', () => undefined)
    client.on('close', () => {
      clients.delete(client)
      players.delete(client)
    })
    client.on('data', data => answer(client, data, players))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    url: `rtsp://cam:${password}@127.0.0.1:${port}/stream1`,
    playing: () => players.size,
    cut() {
      for (const client of clients) client.destroy()
    },
    mute() {
      muted = true
    },
    async stop() {
      for (const client of clients) client.destroy()
      source.kill('SIGKILL')
      server.close()
      media.close()
      await once(source, 'close')
    },
  }
}

function startSource(port: number): ChildProcess {
  const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=15', '-pix_fmt', 'yuvj420p', '-c:v', 'mjpeg']
  // No more than a packet that a loopback takes; MJPEG by RTP needs no parameters in the description.
  const output = ['-q:v', '8', '-huffman', 'default', '-f', 'rtp', `rtp://127.0.0.1:${port}?pkt_size=1400`]
  return spawn('ffmpeg', ['-hide_banner', '-nostdin', '-loglevel', 'error', '-threads', '1', ...picture, ...output], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

const description = 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=control:track1\r\n'
const expected = `Basic ${Buffer.from(`cam:${password}`).toString('base64')}`

function answer(client: Socket, data: Buffer, players: Set<Socket>): void {
  const text = data.toString('latin1')
  const method = /^([A-Z_]+) /.exec(text)?.[1]
  // What starts with a dollar is a report on how well media arrives.
  if (method === undefined) return
  const head = (status: string, lines: string[] = [], body = '') => {
    const sequence = /cseq: *(\d+)/i.exec(text)?.[1] ?? '0'
    const length = body === '' ? [] : [`Content-Length: ${body.length}`]
    client.write([`RTSP/1.0 ${status}`, `CSeq: ${sequence}`, ...lines, ...length, '', body].join('\r\n'))
  }
  const knows = /authorization: *(.+)/i.exec(text)?.[1]?.trim() === expected
  if (method === 'OPTIONS') head('200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN'])
  else if (!knows) head('401 Unauthorized', ['WWW-Authenticate: Basic realm="camera"'])
  else if (method === 'DESCRIBE') head('200 OK', ['Content-Type: application/sdp'], description)
  else if (method === 'SETUP') head('200 OK', ['Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1'])
  else {
    head('200 OK', ['Session: 1'])
    if (method === 'PLAY') players.add(client)
  }
}
