import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isGenerated, isTest, root, type Source } from './sources.ts'

/** A rule reads all sources and says what is wrong with them, a line each. */
export type Rule = (files: Source[]) => string[]

const code = /\.(ts|tsx|mjs|cjs|py)$/

/** Files never pass 400 lines. */
export const fileLength: Rule = files =>
  files
    .filter(({ path }) => code.test(path) && !isGenerated(path))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > 400)
    .map(({ path, lines }) => `${path}: ${lines} lines; the limit is 400`)

/** Nothing is called by what it is not about. */
export const junkDrawers: Rule = files =>
  files
    .filter(({ path }) => code.test(path))
    .filter(({ path }) =>
      path.split('/').some(part => /^(utils?|common|helpers?|core|misc|shared|v\d+)(\.[a-z.]+)?$/.test(part)),
    )
    .map(({ path }) => `${path}: name files and folders by what they own`)

/** One reader of the environment. */
export const environment: Rule = files =>
  files
    .filter(
      ({ path }) => /^(apps|packages)\/.*\.tsx?$/.test(path) && !path.startsWith('packages/config/') && !isTest(path),
    )
    .filter(({ text }) => /\bprocess\.env\b/.test(text))
    .map(({ path }) => `${path}: settings are read by packages/config alone`)

const hatch = /\bas unknown as\b|\bas any\b|: any\b/

const withoutComments = (text: string) => text.replace(/^\s*(\/\/|\/?\*).*$|\/\*.*?\*\//gm, '')

/** Escape hatches of the type system. */
export const escapes: Rule = files =>
  files
    .filter(({ path }) => /\.tsx?$/.test(path) && !path.startsWith('scripts/architecture/') && !isGenerated(path))
    .filter(({ text }) => /@ts-(ignore|nocheck|expect-error)/.test(text) || hatch.test(withoutComments(text)))
    .map(({ path }) => `${path}: any, "as unknown as" and @ts-ignore hide defects`)

/** Ids of tasks and families, with the folder each may appear in. */
export function definedIds(files: Source[]): { id: string; home: string }[] {
  return files
    .filter(
      ({ path }) => /^packages\/[^/]+\/src\/([^/]+\/spec|families\/[^/]+\/family)\.ts$/.test(path) && !isTest(path),
    )
    .map(({ path }) => ({ id: path.split('/').at(-2) ?? '', home: dirname(path) }))
}

/**
 * A task or family is named only in its own package, in dialects (which translate to tasks), translations and tests.
 * Code such as `if (family === 'x')` is thereby impossible elsewhere.
 */
export const centralKnowledge: Rule = files => {
  const ids = definedIds(files)
  return files
    .filter(({ path }) => /^(apps|packages)\/.*\.tsx?$/.test(path) && !isGenerated(path) && !isTest(path))
    .filter(({ path }) => !path.startsWith('apps/api/src/dialects/') && !/messages[./]/.test(path))
    .flatMap(({ path, text }) =>
      ids
        .filter(({ home }) => !path.startsWith(`${home.split('/').slice(0, 2).join('/')}/`))
        .filter(({ id }) => new RegExp(`['"\`]${id}['"\`]`).test(text))
        .map(({ id }) => `${path}: names '${id}', which only its own package may`),
    )
}

/** Every path in a page exists. */
export const documentedPaths: Rule = files =>
  files
    .filter(({ path }) => path.endsWith('.md') && !path.startsWith('outputs/'))
    .flatMap(({ path, text }) => {
      const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(match => match[1] ?? '')
      const named = [...text.matchAll(/`((?:apps|packages|scripts|docs|bench|docker)\/[\w./-]+\.\w+)`/g)].map(
        match => match[1] ?? '',
      )
      const missing = [
        ...links.filter(link => !existsSync(join(root, dirname(path), link))),
        ...named.filter(name => !existsSync(join(root, name))),
      ]
      return missing.map(name => `${path}: ${name} does not exist`)
    })

/** Nothing of the place where it was written. */
export const foreignWords: Rule = files =>
  files
    .filter(({ path }) => !path.startsWith('scripts/architecture/') && path !== 'package-lock.json')
    .filter(({ text }) => /\/work\/(main|shared)|\/opt\/(pypi|wheels)/.test(text))
    .map(({ path }) => `${path}: names a path of somebody's machine`)

/** A lockfile without registry hosts works behind every mirror. */
export const lockfileHosts: Rule = files =>
  files
    .filter(({ path }) => path === 'package-lock.json')
    .filter(({ text }) => /"resolved": "https?:/.test(text))
    .map(({ path }) => `${path}: carries registry addresses; set omit-lockfile-registry-resolved`)

/** Packages for other platforms that the lock lacks make `npm ci` fail; scripts/complete-lockfile.ts adds them. */
export const lockfilePlatforms: Rule = files =>
  files
    .filter(({ path }) => path === 'package-lock.json')
    .flatMap(({ path, text }) => {
      const { packages } = JSON.parse(text) as { packages: Record<string, { optionalDependencies?: object }> }
      const present = new Set(Object.keys(packages).map(key => key.split('node_modules/').at(-1)))
      const named = Object.values(packages).flatMap(({ optionalDependencies }) =>
        Object.keys(optionalDependencies ?? {}),
      )
      return [...new Set(named)]
        .filter(name => !present.has(name))
        .map(name => `${path}: lacks ${name}; run npm run lock`)
    })
