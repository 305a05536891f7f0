/**
 * Adds to package-lock.json the packages for other platforms that a registry left out when the lock was written; without them
 * `npm ci` refuses the lock ("Missing: ... from lock file"). Run after each change of dependencies.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Entry {
  version?: string
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  dev?: boolean
  optionalDependencies?: Record<string, string>
}

const path = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, Entry> }

const systems: Record<string, string> = {
  windows: 'win32',
  win32: 'win32',
  darwin: 'darwin',
  linux: 'linux',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
}
const processors: Record<string, string> = {
  x64: 'x64',
  '64': 'x64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  s390x: 's390x',
  riscv64: 'riscv64',
  wasm32: 'wasm32',
}
const libraries: Record<string, string> = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' }

/** The platform as packages of this kind name it, such as `@img/sharp-linux-arm64`. */
function platform(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const words = name.split('/').at(-1)?.split('-') ?? []
  const find = (table: Record<string, string>) => words.flatMap(word => table[word] ?? [])
  const [os, cpu, libc] = [find(systems), find(processors), find(libraries)]
  return {
    ...(os[0] ? { os: [os[0]] } : {}),
    ...(cpu[0] ? { cpu: [cpu[0]] } : {}),
    ...(libc[0] ? { libc: [libc[0]] } : {}),
  }
}

let added = 0
for (const entry of Object.values(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const known = Object.keys(lock.packages).some(key => key.endsWith(`node_modules/${name}`))
    const version = /\d+\.\d+\.\d+[\w.-]*$/.exec(range)?.[0]
    if (known || !version) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platform(name),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    }
    added += 1
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`added ${added} packages for other platforms`)
