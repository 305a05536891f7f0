import { childEnvironment, type SettingName, settings } from '@hearth/config'

/** Never reach an engine: with them a model file that takes over its process would take over the installation. */
const secrets: readonly string[] = [
  'DATABASE_URL',
  'REDIS_URL',
  'HEARTH_KEY',
  'HEARTH_OWNER_KEY',
  'HEARTH_OWNER_KEY_FILE',
  'HEARTH_TLS_CERT',
  'HEARTH_TLS_KEY',
  'HF_TOKEN',
  'MODELSCOPE_API_TOKEN',
] satisfies SettingName[]

/** What an engine process may know. */
export function engineEnvironment(threads: number): Record<string, string> {
  const names = Object.keys(settings).filter(name => !secrets.includes(name))
  // Libraries that take no thread count as an argument look here.
  return childEnvironment(names, { OMP_NUM_THREADS: String(threads) })
}
