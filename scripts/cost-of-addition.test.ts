import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
let copy = ''

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: copy, encoding: 'utf8' })

/** The checkout as git sees it, with its dependencies linked and its workspaces pointing into the copy. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'hearth-addition-'))
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const name of listed.split('\n').filter(name => /\.(ts|tsx|json|cjs|css|md)$/.test(name))) {
    mkdirSync(dirname(join(copy, name)), { recursive: true })
    cpSync(join(root, name), join(copy, name), { force: true, errorOnExist: false })
  }
  mkdirSync(join(copy, 'node_modules/@hearth'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@hearth') symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name))
  }
  for (const name of readdirSync(join(copy, 'packages')))
    symlinkSync(join(copy, 'packages', name), join(copy, 'node_modules/@hearth', name))
  for (const workspace of ['apps', 'packages'].flatMap(kind =>
    readdirSync(join(copy, kind)).map(name => join(kind, name)),
  )) {
    const own = join(root, workspace, 'node_modules')
    if (existsSync(own)) symlinkSync(own, join(copy, workspace, 'node_modules'))
  }
  writeFileSync(join(copy, '.gitignore'), 'node_modules\n')
  git('init', '--quiet')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'before')
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

function add(files: Record<string, string>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    writeFileSync(join(copy, path), text)
  }
  execFileSync(process.execPath, [join(root, 'scripts/generate.ts'), '--root', copy])
  git('add', '--all')
  const touched = git('diff', '--cached', '--name-only').trim().split('\n')
  git('commit', '--quiet', '--message', 'added')
  return touched.filter(path => !path.includes('.generated.'))
}

const spec = (id: string, lane: string) => `import { defineTask } from '@hearth/contract'
import { z } from 'zod'

export const task = defineTask({
  id: '${id}',
  title: 'Nothing',
  summary: 'Does nothing.',
  capability: 'system',
  lanes: ['${lane}'],
  input: z.object({}),
  output: z.object({}),
  examples: [],
})
`

it('a task is one folder', () => {
  expect(add({ 'packages/image/src/do-nothing/spec.ts': spec('do-nothing', 'batch') })).toEqual([
    'packages/image/src/do-nothing/spec.ts',
  ])
})

it('a family is one folder', () => {
  const folder = 'packages/image/src/families/nobody'
  const touched = add({
    [`${folder}/family.ts`]: `import { defineFamily } from '@hearth/contract'

export const family = defineFamily({ id: 'nobody', title: 'Nobody', engine: 'none', tasks: ['do-nothing'], estimate: () => 0 })
`,
    [`${folder}/load.ts`]: `import type { Load } from '@hearth/contract'

export const load: Load = async () => ({ tasks: { 'do-nothing': async () => ({}) }, dispose: async () => undefined })
`,
    [`${folder}/checkpoints.json`]: '[]\n',
  })
  expect(touched).toEqual([`${folder}/checkpoints.json`, `${folder}/family.ts`, `${folder}/load.ts`])
})

it('a recipe is one folder', () => {
  const folder = 'packages/image/src/train-nothing'
  const touched = add({
    [`${folder}/spec.ts`]: spec('train-nothing', 'train'),
    [`${folder}/train.py`]: 'print("nothing")\n',
  })
  expect(touched).toEqual([`${folder}/spec.ts`, `${folder}/train.py`])
})

// Checks the whole repository, so once for all three.
it('what was added compiles', { timeout: 600_000 }, () => {
  const types = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], { cwd: copy, encoding: 'utf8' })
  expect([types.stdout, types.status]).toEqual(['', 0])
})
