import { environmentNames, findEnvironment } from '@hearth/sidecar'
import { type Finding, note, ok } from './finding.ts'

/** Each environment that models in Python need. */
export async function checkEnvironments(): Promise<Finding[]> {
  const all = await Promise.all((await environmentNames()).map(findEnvironment))
  return all.map(({ name, state, dir }) => {
    if (state === 'ready') return ok(name, `its Python environment is at ${dir}`)
    const what = state === 'outdated' ? 'is of another version' : 'is not installed'
    return note(name, `its Python environment ${what}; everything else works without`, `hearth setup ${name}`)
  })
}
