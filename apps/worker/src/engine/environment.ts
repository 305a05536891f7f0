import { childEnvironment, type SettingName, settings } from '@hearth/config'
import type { Family } from '@hearth/contract'
import { takesDevice } from '@hearth/runtime'

/** Never reach an engine: with them a model file that takes over its process would take over the installation. */
const secrets: readonly SettingName[] = [
  'DATABASE_URL',
  'REDIS_URL',
  'HEARTH_KEY',
  'HEARTH_OWNER_KEY',
  'HEARTH_OWNER_KEY_FILE',
  'HEARTH_TLS_CERT',
  'HEARTH_TLS_KEY',
]
/** Only for engines that run no model but fetch for others. */
const tokens: readonly SettingName[] = ['HF_TOKEN', 'MODELSCOPE_API_TOKEN']

/** What an engine process may know. */
export function engineEnvironment(engine: Family['engine'], threads: number): Record<string, string> {
  const kept = Object.keys(settings).filter(name => !includes(secrets, name))
  const names = takesDevice(engine) ? kept.filter(name => !includes(tokens, name)) : kept
  // Libraries that take no thread count as an argument look here.
  return childEnvironment(names, { OMP_NUM_THREADS: String(threads) })
}

function includes(names: readonly string[], name: string): boolean {
  return names.includes(name)
}
