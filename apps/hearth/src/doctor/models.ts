import { type Config, childEnvironment } from '@hearth/config'
import { humanBytes } from '@hearth/models'
import { probeDevices } from '@hearth/runtime'
import { localModels } from '../local-models.ts'
import { type Finding, fail, note, ok } from './finding.ts'

/** Each device, tried in a process of its own, and why it is used or not. */
export async function checkDevices(config: Config): Promise<Finding[]> {
  const devices = await probeDevices(config, childEnvironment([]))
  return devices.map(({ id, title, usable, reason, memory_budget: budget, threads }) => {
    const text = `${title}: ${reason}`
    if (!usable) return note(id, `not used, ${text}`)
    return ok(id, `used, ${text}; ${humanBytes(budget)} for models, ${threads} threads`)
  })
}

/** Each installed model, read in full and compared with its digests. */
export async function checkModels(config: Config): Promise<Finding[]> {
  const models = localModels(config)
  const all = (await models.list()).filter(model => model.origin !== 'builtin')
  const findings: Finding[] = []
  for (const model of all) {
    if (model.state === 'broken') findings.push(fail(model.id, model.reason ?? 'is broken', `hearth pull ${model.id}`))
    if (model.state !== 'installed') continue
    const { ok: sound, digest, problems } = await models.verify(model.id)
    findings.push(
      sound
        ? ok(model.id, `${humanBytes(model.bytes)}, sha256 ${digest.slice(0, 12)}`)
        : fail(model.id, problems.join('; '), `hearth models remove ${model.id}, then hearth pull ${model.id}`),
    )
  }
  if (findings.some(({ state }) => state === 'ok')) return findings
  return [...findings, fail('models', 'none is installed', '`hearth models` lists what can be pulled')]
}
