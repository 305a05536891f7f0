import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { settings } from './settings.ts'

export { type SettingName, settings } from './settings.ts'

const schema = z.object(settings)
const repo = resolve(fileURLToPath(import.meta.url), '../../../..')
const gibibyte = 2 ** 30

/** Settings that cannot be used; the message lists each with what was expected. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads all settings. The only reader of the environment outside tests and the bootstrap.
 * @throws ConfigError naming every bad variable.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env) {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = schema.safeParse(set)
  if (!parsed.success) {
    const lines = parsed.error.issues.map(issue => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new ConfigError(`Settings that cannot be used (docs/configuration.md lists all):\n${lines.join('\n')}`)
  }
  const s = parsed.data
  if (Boolean(s.HEARTH_TLS_CERT) !== Boolean(s.HEARTH_TLS_KEY)) {
    throw new ConfigError('HEARTH_TLS_CERT and HEARTH_TLS_KEY belong together: set both or neither.')
  }
  const data = s.HEARTH_DATA === undefined ? repo : isAbsolute(s.HEARTH_DATA) ? s.HEARTH_DATA : resolve(s.HEARTH_DATA)
  const state = join(data, '.hearth')
  return Object.freeze({
    version,
    /** The checkout: programs, the built studio, `models/starter`. */
    repo,
    host: s.HEARTH_HOST,
    port: s.HEARTH_PORT,
    /** The folder that holds all data roots. */
    data,
    /** Absolute paths of the data roots. `state` holds the database, the queue, sockets and secrets. */
    roots: Object.freeze({
      models: join(data, 'models'),
      outputs: join(data, 'outputs'),
      datasets: join(data, 'datasets'),
      uploads: join(state, 'uploads'),
      state,
    }),
    ownerKey: s.HEARTH_OWNER_KEY,
    ownerKeyFile: s.HEARTH_OWNER_KEY_FILE,
    /** 32 bytes; undefined means: the generated file. */
    masterKey: s.HEARTH_MASTER_KEY,
    url: s.HEARTH_URL,
    key: s.HEARTH_KEY,
    databaseUrl: s.DATABASE_URL,
    redisUrl: s.REDIS_URL,
    publicUrl: s.HEARTH_PUBLIC_URL,
    trustProxy: s.HEARTH_TRUST_PROXY,
    tls: s.HEARTH_TLS_CERT && s.HEARTH_TLS_KEY ? { cert: s.HEARTH_TLS_CERT, key: s.HEARTH_TLS_KEY } : undefined,
    device: s.HEARTH_DEVICE,
    threads: s.HEARTH_THREADS ?? Math.min(availableParallelism(), 8),
    /** Bytes; undefined means: detect. */
    memoryBudget: s.HEARTH_MEMORY_GB === undefined ? undefined : s.HEARTH_MEMORY_GB * gibibyte,
    vramBudget: s.HEARTH_VRAM_GB === undefined ? undefined : s.HEARTH_VRAM_GB * gibibyte,
    jobsPerDevice: s.HEARTH_JOBS_PER_DEVICE,
    ...liveLimits(s),
    /** Seconds. */
    idleTimeout: s.HEARTH_IDLE_TIMEOUT,
    cancelGrace: s.HEARTH_CANCEL_GRACE,
    drainGrace: s.HEARTH_DRAIN_GRACE,
    /** Requests a minute and key. */
    rateGenerate: s.HEARTH_RATE_GENERATE,
    rateStatus: s.HEARTH_RATE_STATUS,
    ...mediaLimits(s),
    fetch: s.HEARTH_FETCH,
    pullOnUse: s.HEARTH_PULL_ON_USE,
    /** `host` or `host:port`. */
    webhookHosts: s.HEARTH_WEBHOOK_HOSTS,
    hfEndpoint: s.HF_ENDPOINT,
    hfToken: s.HF_TOKEN,
    modelscopeEndpoint: s.MODELSCOPE_ENDPOINT,
    modelscopeToken: s.MODELSCOPE_API_TOKEN,
    npmRegistry: s.HEARTH_NPM_REGISTRY,
    pypiIndex: s.HEARTH_PYPI_INDEX,
    /** Task id to model id. */
    defaultModels: s.HEARTH_DEFAULT_MODELS,
    logLevel: s.HEARTH_LOG_LEVEL,
    testFamilies: s.HEARTH_TEST_FAMILIES,
  })
}

function liveLimits(s: z.output<typeof schema>) {
  return {
    livePerDevice: s.HEARTH_LIVE_PER_DEVICE,
    /** Seconds. */
    liveTimeout: s.HEARTH_LIVE_TIMEOUT,
    /** Of one key. */
    liveStreams: s.HEARTH_LIVE_STREAMS,
    liveFps: s.HEARTH_LIVE_FPS,
    /** Bytes. */
    liveFrame: s.HEARTH_LIVE_FRAME_KB * 1024,
  }
}

function mediaLimits(s: z.output<typeof schema>) {
  return {
    /** Bytes. */
    maxUpload: s.HEARTH_MAX_UPLOAD_MB * 2 ** 20,
    maxVideo: s.HEARTH_MAX_VIDEO_MB * 2 ** 20,
    /** Milliseconds. */
    uploadKeep: s.HEARTH_UPLOAD_KEEP_HOURS * 3600_000,
    maxPixels: s.HEARTH_MAX_PIXELS,
    ffmpeg: s.HEARTH_FFMPEG,
  }
}

export type Config = ReturnType<typeof loadConfig>

/** Version of this checkout. */
export const version: string = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(repo, 'package.json'), 'utf8'))).version

/**
 * Environment for a child process: what programs need to run at all, and of the settings those that are named.
 * Secrets that are not named do not reach it.
 */
export function childEnvironment(names: readonly string[], extra: Record<string, string> = {}): Record<string, string> {
  const general = [
    'PATH',
    'HOME',
    'LANG',
    'LC_ALL',
    'TMPDIR',
    'TZ',
    'LD_LIBRARY_PATH',
    'CUDA_VISIBLE_DEVICES',
    'XDG_RUNTIME_DIR',
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
  ]
  const kept = [...general, ...names].flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  // With glibc's usual number of heaps, one for each thread, decoded pictures leave holes in all of them, and a process that
  // looks at frames for days grows: by 11 % in a hundred minutes.
  return { ...Object.fromEntries(kept), MALLOC_ARENA_MAX: '2', ...extra }
}
