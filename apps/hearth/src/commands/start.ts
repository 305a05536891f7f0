import { type Config, loadConfig } from '@hearth/config'
import { releaseMemory } from '@hearth/runtime'
import { createClient } from '../client/api.ts'
import { followJob } from '../client/follow.ts'
import { promptTask } from '../client/prompt-task.ts'
import type { Command, Given } from '../command.ts'
import { type Instance, startInstance } from '../supervisor/instance.ts'
import { explain } from '../terminal/explain.ts'

export const start: Command = {
  name: 'start',
  summary: 'Starts everything in the foreground: database, queue, api, worker. Ctrl-C ends it.',
  usage: ['start', 'start --prompt "red apple"'],
  notes: ['With --prompt it also draws that, prints the path of the picture and goes on serving.'],
  options: {
    prompt: { type: 'string', value: 'TEXT', description: 'Draw this as soon as everything runs.' },
    exit: { type: 'boolean', description: 'End when the picture of --prompt is there.' },
    began: { type: 'string', description: 'When the start began, in milliseconds.', hidden: true },
  },
  async run(given) {
    const config = loadConfig()
    const began = Number(given.text('began') ?? Date.now())
    const stopping = new AbortController()
    listenForEnd(stopping)
    const instance = await startInstance({ config, say: line => console.log(`  ${line}`) })
    announce(config, instance, began)
    releaseMemory()
    // Whatever becomes of the picture, the instance runs until it is asked to stop.
    const code = stopping.signal.aborted ? 0 : await draw(config, given, stopping.signal).catch(explain)
    if (!given.flag('exit')) await aborted(stopping.signal)
    console.log('Stopping; running jobs have a moment to finish ...')
    await instance.stop()
    console.log('Stopped.')
    return code
  },
}

function announce(config: Config, { url, link }: Instance, began: number): void {
  console.log(`\nHearth is ready at ${url} after ${((Date.now() - began) / 1000).toFixed(1)} s.`)
  console.log(`Sign in (this link works once): ${link}\n`)
  const loopback = ['127.0.0.1', 'localhost', '::1'].includes(config.host)
  if (loopback || config.tls || config.trustProxy) return
  console.warn(
    `Warning: listening on ${config.host} without encryption; keys and pictures can be read on the network.\n` +
      'Set HEARTH_TLS_CERT and HEARTH_TLS_KEY, or put a reverse proxy in front and set HEARTH_TRUST_PROXY=1.\n',
  )
}

/** Milliseconds within which a second signal is an echo of the first: npm passes on what the terminal has sent already. */
const echo = 1000

/** The first signal asks for an orderly end, the next ends this process; the others notice and end too. */
function listenForEnd(stopping: AbortController): void {
  let asked = 0
  const end = () => {
    asked ||= Date.now()
    if (stopping.signal.aborted && Date.now() - asked > echo) process.exit(130)
    stopping.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  // Started through a Node that could not become this program: its end is ours. The channel alone keeps nothing alive.
  process.on('disconnect', () => stopping.abort())
  process.channel?.unref()
}

async function draw(config: Config, given: Given, signal: AbortSignal): Promise<number> {
  const prompt = given.text('prompt')
  if (prompt === undefined) return 0
  const client = await createClient(config)
  const task = await promptTask(client)
  const job = await client.createJob(task, { input: { prompt } })
  const { code, lines } = await followJob({ client, config, job, signal })
  for (const line of lines) console.log(line)
  return code
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
