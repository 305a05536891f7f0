import { AppError } from '@hearth/contract'

/**
 * Under which names A1111's clients know our samplers: the name, the schedule of noise that is part of it, and the
 * older names that some still send. A sampler that is not here goes by its own id.
 */
interface KnownAs {
  name: string
  schedule?: string
  aliases?: string[]
}

const knownAs: Record<string, KnownAs> = {
  euler: { name: 'Euler', aliases: ['k_euler'] },
  'euler-ancestral': { name: 'Euler a', aliases: ['k_euler_a', 'k_euler_ancestral', 'Euler ancestral'] },
  'dpmpp-2m': { name: 'DPM++ 2M', schedule: 'uniform', aliases: ['k_dpmpp_2m'] },
  'dpmpp-2m-karras': { name: 'DPM++ 2M', schedule: 'karras', aliases: ['k_dpmpp_2m_ka'] },
  'dpmpp-2m-sde': { name: 'DPM++ 2M SDE', aliases: ['k_dpmpp_2m_sde'] },
  ddim: { name: 'DDIM' },
  unipc: { name: 'UniPC' },
  lcm: { name: 'LCM' },
  'flow-match-euler': { name: 'Flow match Euler' },
}

/** Schedules that can be asked for: what A1111 shows, by what it calls them inside. */
const schedules: Record<string, string> = { automatic: 'Automatic', uniform: 'Uniform', karras: 'Karras' }
/** Those that A1111 has and we do not. Any other word means Automatic there. */
const unavailable = [
  'exponential',
  'polyexponential',
  'sgm_uniform',
  'kl_optimal',
  'align_your_steps',
  'simple',
  'ddim',
  'beta',
]
/** What Automatic is, for the one sampler of several schedules. */
const automatic = 'karras'

function known(id: string): KnownAs {
  return knownAs[id] ?? { name: id }
}

/** `GET samplers`. @param ids of the samplers that there are */
export function samplerList(ids: readonly string[]) {
  const names = [...new Set(ids.map(id => known(id).name))]
  return names.map(name => {
    const same = ids.map(known).filter(sampler => sampler.name === name)
    const options = same.length > 1 ? { scheduler: automatic } : {}
    return { name, aliases: same.flatMap(({ aliases = [] }) => aliases), options }
  })
}

/** `GET schedulers`. */
export function schedulerList() {
  return Object.entries(schedules).map(([name, label]) => ({
    name,
    label,
    aliases: null,
    default_rho: -1,
    need_inner_model: false,
  }))
}

/** The name of one of our samplers, and its schedule where that is told apart. */
export function samplerName(id: string): { name: string; schedule: string } {
  const { name, schedule } = known(id)
  return { name, schedule: schedules[schedule ?? 'automatic'] ?? 'Automatic' }
}

/**
 * Our sampler for a name and a schedule; "DPM++ 2M Karras" holds both.
 * @param ids of the samplers that there are
 * @throws AppError `invalid-input` naming those that can be had
 */
export function samplerOf(ids: readonly string[], sampler: string, scheduler?: string): string {
  const [name, inName] = split(sampler)
  const found = ids.filter(id => {
    const { name: title, aliases = [] } = known(id)
    return [id, title, ...aliases].some(word => word.toLowerCase() === name)
  })
  if (found.length === 0) {
    throw new AppError('invalid-input', `Sampler not found: ${sampler.slice(0, 60)}`, {
      path: ['sampler_name'],
      hint: `There are ${samplerList(ids)
        .map(({ name }) => name)
        .join(', ')}.`,
    })
  }
  const asked = scheduleOf(inName ?? scheduler ?? '')
  const wanted = asked === 'automatic' && found.length > 1 ? automatic : asked
  const exact = found.find(id => (known(id).schedule ?? 'automatic') === wanted)
  // A sampler of one schedule has that which its checkpoint was made for: its uniform steps are the automatic ones.
  const only = found.length === 1 && wanted !== 'karras' ? found[0] : undefined
  const id = exact ?? only
  if (id !== undefined) return id
  throw new AppError('invalid-input', `Scheduler not found for ${sampler.slice(0, 60)}: ${asked}`, {
    path: ['scheduler'],
    hint: 'Take Automatic; Karras is to be had with DPM++ 2M.',
  })
}

function split(sampler: string): [string, string | undefined] {
  const name = sampler.trim().toLowerCase()
  const last = name.split(' ').at(-1) ?? ''
  const isSchedule = name.includes(' ') && (last in schedules || unavailable.includes(last))
  return isSchedule ? [name.slice(0, -last.length).trim(), last] : [name, undefined]
}

function scheduleOf(text: string): string {
  const word = text.trim().toLowerCase().replaceAll(' ', '_')
  if (unavailable.includes(word)) {
    throw new AppError('invalid-input', `Scheduler not found: ${text.slice(0, 60)}`, {
      path: ['scheduler'],
      hint: `There are ${Object.values(schedules).join(', ')}.`,
    })
  }
  if (word === 'normal') return 'uniform'
  return word in schedules ? word : 'automatic'
}
