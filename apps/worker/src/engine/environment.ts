import { join } from 'node:path'
import { type Config, childEnvironment, type SettingName, settings } from '@hearth/config'

/** Never reach an engine: with them a model file that takes over its process would take over the installation. */
const secrets: readonly string[] = [
  'DATABASE_URL',
  'REDIS_URL',
  'HEARTH_KEY',
  'HEARTH_MASTER_KEY',
  'HEARTH_OWNER_KEY',
  'HEARTH_OWNER_KEY_FILE',
  'HEARTH_TLS_CERT',
  'HEARTH_TLS_KEY',
  'HF_TOKEN',
  'MODELSCOPE_API_TOKEN',
] satisfies SettingName[]

/** What an engine process may know. */
export function engineEnvironment({ threads, roots }: Pick<Config, 'threads' | 'roots'>): Record<string, string> {
  const names = Object.keys(settings).filter(name => !secrets.includes(name))
  return childEnvironment(names, {
    // Libraries that take no thread count as an argument look here.
    OMP_NUM_THREADS: String(threads),
    // Stripped types are kept, so that the next engine starts sooner and without the stripper in its memory.
    NODE_COMPILE_CACHE: join(roots.state, 'compiled'),
  })
}
