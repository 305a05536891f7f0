import { AppError, type Checkpoint, type Load, perform } from '@hearth/contract'
import { findByName } from '../../catalogue.ts'
import { pullContext } from '../../pull/context.ts'
import { pullEntry } from '../../pull/pull.ts'
import { task as pullModel } from '../../pull-model/spec.ts'
import { readSnapshot } from './snapshot.ts'

/** Reads the catalogue anew for each job, so that a restarted server's newer one counts. */
export const load: Load = async checkpoint => ({
  tasks: {
    [pullModel.id]: perform(pullModel, async (input, { signal, progress, log }) => {
      const { config, entries } = await readSnapshot(snapshotDir(checkpoint))
      const entry = findByName(entries, input.model)
      if (!entry) {
        throw new AppError('not-found', `there is no model called ${input.model} in the catalogue`, {
          path: ['model'],
          hint: `The catalogue holds ${entries.map(({ id }) => id).join(', ') || 'nothing'}.`,
        })
      }
      return pullEntry(pullContext(config), entry, { signal, progress, log, acceptLicence: input.accept_licence })
    }),
  },
  dispose: async () => {},
})

function snapshotDir({ id, dir }: Checkpoint): string {
  if (dir !== '') return dir
  throw new AppError('internal', `${id} was not placed: it has to come from createModels`)
}
