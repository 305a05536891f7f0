/**
 * `npm run chaos -- --kills N --seed S [--keep]`: a real instance takes jobs without end while its processes are killed
 * one by one at moments chosen by the seed. Afterwards every accepted job must have ended true. Exits 1 if one has not.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startInstance, type Victim, victims } from './chaos/instance.ts'
import { startLoad } from './chaos/load.ts'
import { between, pick, seeded } from './chaos/random.ts'
import { verify } from './chaos/verify.ts'
import { startWatch } from './chaos/watch.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
})
const kills = Number(values.kills)
const seed = Number(values.seed)
const data = mkdtempSync(join(tmpdir(), 'hearth-chaos-'))
const began = Date.now()

const instance = await startInstance(data)
await instance.healthy(120)
const watch = startWatch(instance)
const load = startLoad(instance, seeded(seed + 1), id => watch.isOver(id))
const killed = await killAll()
await load.stop()
await instance.healthy(120)
await watch.allOver(
  load.accepted.map(({ id }) => id),
  300,
)
watch.stop()
const verdict = await verify(instance, load.accepted)
const left = await instance.stop()
const violations = [
  ...load.complaints,
  ...watch.complaints,
  ...verdict.violations,
  ...left.map(pid => `process ${pid} was left behind`),
]
summarise()
if (!values.keep && violations.length === 0) rmSync(data, { recursive: true, force: true })
process.exit(violations.length === 0 ? 0 : 1)

async function killAll(): Promise<Record<string, number>> {
  const random = seeded(seed)
  const counts: Record<string, number> = {}
  const follow = followNew()
  for (let number = 1; number <= kills; number += 1) {
    // Now into a system that works, now into one that is still getting up.
    if (random() < 0.4) await instance.healthy(120)
    await delay(between(random, 100, 2000))
    const victim: Victim = pick(random, victims)
    const done = await instance.kill(victim)
    if (done) counts[victim] = (counts[victim] ?? 0) + 1
    else console.log(`kill ${number}: there was no ${victim}`)
    if (number % 10 === 0) console.log(`${number} kills, ${load.accepted.length} jobs accepted`)
  }
  await follow()
  return counts
}

/** Follows each job as it is accepted; the result ends that, when the last ones are followed too. */
function followNew(): () => Promise<void> {
  let next = 0
  const step = () => {
    for (; next < load.accepted.length; next += 1) watch.follow(load.accepted[next]?.id ?? '')
  }
  const timer = setInterval(step, 50)
  return async () => {
    await load.stop()
    clearInterval(timer)
    step()
  }
}

function summarise(): void {
  const seconds = ((Date.now() - began) / 1000).toFixed(0)
  console.log(`\nseed ${seed}, ${seconds} s`)
  console.log(
    `killed      ${Object.entries(killed)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
  )
  console.log(`jobs        ${load.accepted.length} accepted; ${load.repeats()} submissions repeated`)
  console.log(
    `ended       ${Object.entries(verdict.states)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
  )
  console.log(`attempts    ${verdict.repeats} beyond the first`)
  console.log(`violations  ${violations.length}`)
  for (const line of violations.slice(0, 20)) console.log(`  ${line}`)
  if (violations.length > 0 || values.keep) console.log(`kept in ${data}`)
}
