#!/usr/bin/env node
// `npm start`, `npm run hearth -- COMMAND` and `npx hearth COMMAND`: brings the checkout up to date, then hands over to
// the command line in TypeScript on the pinned Node. Without a command it means `start`.
import { join } from 'node:path'
import { bootstrap, handOver, repo } from './bootstrap.mjs'

const given = process.argv.slice(2)
if (given[0] === '--') given.shift()
const asked = given[0] === undefined || given[0].startsWith('-') ? ['start', ...given] : given
// `npm start -- --help` is about Hearth as a whole.
const args = given[0] === '--help' || given[0] === '--version' ? given : asked

const began = Date.now()
await bootstrap({ studio: args[0] === 'start' && !args.includes('--help') })

if (args[0] === 'start') args.push(`--began=${began}`)
handOver([join(repo, 'apps/hearth/src/main.ts'), ...args])
