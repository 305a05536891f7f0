/**
 * Sends random requests to every route: `node scripts/fuzz.ts [--count 20000] [--seed 1]`. Prints what was answered,
 * each request that broke a rule, and ends with 1 if any did.
 */
import { parseArgs } from 'node:util'
import { fuzz } from '../apps/api/src/fuzz/fuzz.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
})
const began = performance.now()
const { failures, named, ...report } = await fuzz({
  count: Number(values.count),
  seed: Number(values.seed),
  log: line => console.log(line),
})
for (const { request, why } of failures.slice(0, 20)) {
  if (!request) {
    console.log(why)
    continue
  }
  const body = request.body ? new TextDecoder().decode(request.body).slice(0, 500) : ''
  console.log(`${why}\n  ${request.method} ${request.path.slice(0, 300)} ${JSON.stringify(request.headers)} ${body}`)
}
console.log(
  JSON.stringify({
    ...report,
    jobs: named.size,
    failures: failures.length,
    seconds: Math.round((performance.now() - began) / 1000),
  }),
)
process.exit(failures.length === 0 ? 0 : 1)
