import { loadConfig } from '@hearth/config'
import type { Command } from '../command.ts'
import { checkEnvironments } from '../doctor/environments.ts'
import { type Finding, fail, sentence } from '../doctor/finding.ts'
import { checkDisk, checkFfmpeg, checkNode, checkPython } from '../doctor/machine.ts'
import { checkDevices, checkModels } from '../doctor/models.ts'
import { checkInstance, checkPort, checkPostgres, checkQueue } from '../doctor/servers.ts'

export const doctor: Command = {
  name: 'doctor',
  summary: 'Looks at everything Hearth needs: a line each, with cause and remedy. Exit code 1 if something fails.',
  usage: ['doctor'],
  options: { json: { type: 'boolean', description: 'Print it as JSON.' } },
  async run(given) {
    const config = loadConfig()
    const checks: [string, () => Finding | Promise<Finding | Finding[]>][] = [
      ['Node', checkNode],
      ['disk', () => checkDisk(config)],
      ['port', () => checkPort(config)],
      ['Postgres', () => checkPostgres(config)],
      ['queue', () => checkQueue(config)],
      ['devices', () => checkDevices(config)],
      ['models', () => checkModels(config)],
      ['Python', checkPython],
      ['environments', checkEnvironments],
      ['ffmpeg', () => checkFfmpeg(config)],
      ['Hearth', () => checkInstance(config)],
    ]
    const all: Finding[] = []
    for (const [subject, check] of checks) {
      const found = await examine(subject, check)
      all.push(...found)
      if (!given.flag('json')) for (const finding of found) console.log(sentence(finding))
    }
    if (given.flag('json')) console.log(JSON.stringify(all, null, 2))
    return all.some(({ state }) => state === 'fail') ? 1 : 0
  },
}

/** A check that breaks is a finding too. */
async function examine(subject: string, check: () => Finding | Promise<Finding | Finding[]>): Promise<Finding[]> {
  try {
    return [await check()].flat()
  } catch (error) {
    return [fail(subject, `could not be checked: ${(error as Error).message}`, 'mend that first')]
  }
}
