import type { ApiDeps } from '../../deps.ts'
import type { ApiContext } from '../../http/env.ts'
import { bodyLimit } from '../../intake/read-order.ts'
import { admit } from '../admit.ts'
import { runPatiently } from '../run-patiently.ts'
import { findings } from './findings.ts'
import { readImageForm } from './given-image.ts'

/** Has a picture looked at, and answers with what was found. */
export async function look(deps: ApiDeps, c: ApiContext, task: keyof typeof findings): Promise<Response> {
  const caller = await admit(deps, c, 'status')
  const { image, model } = await readImageForm(c, bodyLimit(deps))
  const { output } = await runPatiently(deps, caller, { task, input: { image }, model }, c.req.raw.signal)
  return c.json(findings[task](output))
}
