import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'
import type { Command } from '../command.ts'
import { lockHolder } from '../supervisor/lock.ts'

/** Seconds beyond the drain grace. */
const slack = 40

export const stop: Command = {
  name: 'stop',
  summary: 'Ends the instance that runs on HEARTH_DATA, when running jobs are done or back in the queue.',
  usage: ['stop'],
  options: {},
  async run() {
    const config = loadConfig()
    const holder = await lockHolder(config.roots.state)
    if (!holder) {
      console.log('Nothing runs on this data folder.')
      return 0
    }
    process.kill(holder.pid, 'SIGTERM')
    const deadline = Date.now() + (config.drainGrace + slack) * 1000
    while (await isThere(config.roots.state, holder.pid)) {
      if (Date.now() > deadline) {
        throw new AppError('unavailable', `Process ${holder.pid} does not end.`, { hint: `kill -9 ${holder.pid}` })
      }
      await delay(50)
    }
    console.log('Stopped.')
    return 0
  },
}

async function isThere(state: string, pid: number): Promise<boolean> {
  return (await lockHolder(state))?.pid === pid
}
