import { loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { readBackup } from '../backup/read.ts'
import type { Command } from '../command.ts'
import { takeLock } from '../supervisor/lock.ts'

export const restore: Command = {
  name: 'restore',
  summary: 'Puts a backup into an empty data folder, every file checked against its digest.',
  usage: ['restore hearth.tar.zst'],
  options: {},
  async run(given) {
    const [path] = given.positionals
    if (path === undefined)
      throw new AppError('invalid-input', 'Name the file.', { hint: 'hearth restore hearth.tar.zst' })
    const config = loadConfig()
    const release = await takeLock(config.roots.state, 'restore')
    try {
      const { about, rows, files, withoutKeys } = await readBackup(config, path)
      console.log(`Restored what was saved at ${about.created_at}: ${files} files,`)
      for (const [table, count] of Object.entries(rows)) console.log(`  ${table.padEnd(12)} ${count}`)
      if (!about.weights) console.log('Weights are not part of it: `hearth pull` brings them again.')
      if (withoutKeys > 0) {
        console.log(`${withoutKeys} registered people are left out: their keys are neither in the file nor here.`)
      }
      return 0
    } finally {
      release()
    }
  },
}
