/** `npm run bench -- NAME`: prints the conditions, a table and, as its last line, the results as JSON. */
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Bench } from './bench.ts'

const names = readdirSync(import.meta.dirname)
  .filter(file => file.endsWith('.ts') && file !== 'main.ts' && file !== 'bench.ts')
  .map(file => file.slice(0, -'.ts'.length))

const name = process.argv[2]
if (name === undefined || !existsSync(join(import.meta.dirname, `${name}.ts`)) || !names.includes(name)) {
  console.error(`npm run bench -- NAME, where NAME is one of ${names.join(', ')}.`)
  process.exit(2)
}

const { bench } = (await import(`./${name}.ts`)) as { bench: Bench }
const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
const conditions = [
  cpus()[0]?.model ?? 'unknown processor',
  `${availableParallelism()} cores`,
  memory,
  `Node ${process.version}`,
  // Figures of a machine that is busy with something else say little.
  `load before ${loadavg()[0]?.toFixed(1)}`,
]
console.log(conditions.join(', '))
const results = await bench.run(line => console.log(line))
console.table(results.map(({ bench: _, ...columns }) => columns))
console.log(JSON.stringify(results.length === 1 ? results[0] : results))
process.exit(0)
