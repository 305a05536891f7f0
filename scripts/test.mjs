// `npm test`: brings the checkout up to date, then runs scripts/test.ts on the pinned Node.
import { join } from 'node:path'
import { bootstrap, handOver, repo } from './bootstrap.mjs'

await bootstrap({ studio: true })
handOver([join(repo, 'scripts/test.ts'), ...process.argv.slice(2)])
