import { loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { createClient } from '../client/api.ts'
import { followJob } from '../client/follow.ts'
import { readInput } from '../client/input.ts'
import type { Command } from '../command.ts'

export const run: Command = {
  name: 'run',
  summary: 'Queues a task, follows it and prints its outputs. Ctrl-C cancels it.',
  usage: [
    'run text-to-image --input prompt="red apple" --input steps=20',
    'run image-to-image --input image=@photo.png --input prompt="in oil"',
    'run text-to-image --input @input.json --json',
  ],
  notes: [
    'A value that starts with @ is a file: of pictures it is uploaded, of text its content is taken.',
    'Exit code: 0 when it succeeded, 1 when it failed, 2 for a wrong call, 130 when it was cancelled.',
  ],
  options: {
    input: {
      type: 'string',
      value: 'NAME=VALUE',
      multiple: true,
      description: 'One input, or @FILE with all as JSON.',
    },
    model: { type: 'string', value: 'ID', description: "Instead of the task's default; `hearth models` lists them." },
    json: { type: 'boolean', description: 'Print the finished job as JSON and nothing else.' },
  },
  async run(given) {
    const [task, ...rest] = given.positionals
    if (task === undefined || rest.length > 0) {
      throw new AppError('invalid-input', 'Name one task.', { hint: 'hearth run --help' })
    }
    const config = loadConfig()
    const client = await createClient(config)
    const input = await readInput(given.texts('input'), await client.task(task), client)
    const model = given.text('model')
    const job = await client.createJob(task, { input, ...(model === undefined ? {} : { model }) })
    const interrupted = new AbortController()
    process.once('SIGINT', () => interrupted.abort())
    const json = given.flag('json')
    const followed = await followJob({ client, config, job, signal: interrupted.signal, quiet: json })
    if (json) console.log(JSON.stringify(followed.job, null, 2))
    else for (const line of followed.lines) (followed.code === 0 ? console.log : console.error)(line)
    return followed.code
  },
}
