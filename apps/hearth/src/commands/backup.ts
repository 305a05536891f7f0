import { loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { humanBytes } from '@hearth/models'
import { writeBackup } from '../backup/write.ts'
import type { Command } from '../command.ts'
import { withStore } from '../local-store.ts'

export const backup: Command = {
  name: 'backup',
  summary: 'Writes jobs, keys, outputs, uploads, data sets and settings into one file. Hearth may be running.',
  usage: ['backup hearth.tar.zst'],
  notes: [
    'The file holds the secret of the installation: keep it where nobody else can read it.',
    'Faces of registered people are in it encrypted, without the keys: they can be restored where .hearth/people-keys still is.',
  ],
  options: {
    weights: { type: 'boolean', description: 'With the weights of the models.' },
    'with-people': {
      type: 'boolean',
      description:
        'With the keys of registered people. Erasing a person does not reach into such a file: delete it then.',
    },
  },
  async run(given) {
    const [path] = given.positionals
    if (path === undefined)
      throw new AppError('invalid-input', 'Name the file.', { hint: 'hearth backup hearth.tar.zst' })
    const config = loadConfig()
    const weights = given.flag('weights')
    const people = given.flag('with-people')
    const result = await withStore(config, 'backup', store => writeBackup({ config, store, path, weights, people }))
    console.log(`${result.path}: ${humanBytes(result.bytes)}, ${result.rows} rows, ${result.files} files`)
    return 0
  },
}
