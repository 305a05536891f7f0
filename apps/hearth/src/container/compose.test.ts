import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadConfig, settings } from '@hearth/config'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { commands } from '../commands/index.ts'

const repo = resolve(import.meta.dirname, '../../../..')
const file = 'docker-compose.gpu.yml'
const text = readFileSync(join(repo, file), 'utf8')

interface Service {
  build: { dockerfile: string }
  command?: string[]
  environment?: Record<string, string | number>
  ports?: string[]
  volumes?: string[]
  profiles?: string[]
  deploy?: { resources: { reservations: { devices: { driver: string; capabilities: string[] }[] } } }
  healthcheck?: { test: string[] }
}
const compose = parse(text, { merge: true }) as { services: Record<string, Service>; volumes: Record<string, null> }
const services = Object.entries(compose.services)
const images = readdirSync(join(repo, 'docker')).filter(name => name.endsWith('.Dockerfile'))

/** Words of a Dockerfile's instruction, of its last stage. */
function instruction(dockerfile: string, name: string): string[] {
  const stage =
    readFileSync(join(repo, dockerfile), 'utf8')
      .split(/^FROM /m)
      .at(-1) ?? ''
  return [...stage.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].map(match => match[1] ?? '')
}

const words = (line: string): string[] => JSON.parse(line.slice(line.indexOf('['))) as string[]

async function expectProgram(command: string[]): Promise<void> {
  const [program, script, name, ...rest] = command
  expect(program).toBe('node')
  expect(existsSync(join(repo, script ?? '')), script).toBe(true)
  if (script !== 'apps/hearth/src/main.ts') return
  expect(Object.keys(commands)).toContain(name)
  const found = await commands[name ?? '']?.()
  for (const option of rest) expect(Object.keys(found?.options ?? {})).toContain(option.replace(/^--/, ''))
}

describe.each(services)('service %s', (_name, service) => {
  test('is built from a file that is there, and runs programs that are there', async () => {
    expect(existsSync(join(repo, service.build.dockerfile))).toBe(true)
    if (service.command) await expectProgram(service.command)
    if (service.healthcheck) await expectProgram(service.healthcheck.test.slice(1))
  })

  test('names settings that exist, with values that they take', () => {
    const own = Object.entries(service.environment ?? {}).filter(([name]) => !name.startsWith('POSTGRES_'))
    for (const [name] of own) expect(Object.keys(settings)).toContain(name)
    const plain = (value: string | number) => String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1')
    loadConfig(Object.fromEntries(own.map(([name, value]) => [name, plain(value)])))
  })

  test('publishes on loopback the port that it listens on', () => {
    for (const port of service.ports ?? []) {
      expect(port).toMatch(/^127\.0\.0\.1:/)
      expect(port.split(':').at(-1)).toBe(String(service.environment?.HEARTH_PORT))
    }
  })

  test('keeps its data in declared volumes and nothing else', () => {
    for (const volume of service.volumes ?? []) {
      const [name = '', target] = volume.split(':')
      expect(Object.keys(compose.volumes)).toContain(name)
      if (service.environment?.HEARTH_DATA) expect(target).toBe(service.environment.HEARTH_DATA)
    }
    expect(service.volumes).toHaveLength(1)
  })
})

describe.each(images)('image %s', name => {
  const dockerfile = `docker/${name}`

  test('is used, does not run as root and says whether it is well', () => {
    expect(services.map(([, service]) => service.build.dockerfile)).toContain(dockerfile)
    expect(instruction(dockerfile, 'USER').at(-1)).not.toMatch(/^(root|0)?$/)
    expect(instruction(dockerfile, 'HEALTHCHECK')).toHaveLength(1)
  })

  test('names files, settings and ports that exist', async () => {
    for (const [, path] of readFileSync(join(repo, dockerfile), 'utf8').matchAll(/\b((?:apps|docker)\/[\w./-]+)/g)) {
      expect(existsSync(join(repo, path ?? '')), path).toBe(true)
    }
    const pairs = instruction(dockerfile, 'ENV').flatMap(line => line.split(' ').map(pair => pair.split('=')))
    const own = pairs.filter(([variable]) => variable !== 'NODE_ENV')
    for (const [variable = ''] of own) expect(Object.keys(settings)).toContain(variable)
    const { port, data } = loadConfig(Object.fromEntries(own))
    for (const exposed of instruction(dockerfile, 'EXPOSE')) expect(exposed).toBe(String(port))
    for (const volume of instruction(dockerfile, 'VOLUME')) expect(volume).toBe(data)
    for (const line of instruction(dockerfile, '(?:CMD|HEALTHCHECK .*CMD)')) {
      if (words(line)[0] === 'node') await expectProgram(words(line))
    }
  })
})

test('what computes reserves the cards, and what is for many hosts is in the profile scale', () => {
  for (const name of ['hearth', 'worker']) {
    const [device] = compose.services[name]?.deploy?.resources.reservations.devices ?? []
    expect(device).toMatchObject({ driver: 'nvidia', capabilities: ['gpu'] })
  }
  expect(services.filter(([, { profiles }]) => profiles?.includes('scale')).map(([name]) => name)).toEqual([
    'api',
    'worker',
    'postgres',
    'redis',
  ])
})

test('the calls in its comments are calls of the command line', async () => {
  const calls = [...text.matchAll(/exec \w+ (node apps\/hearth\/src\/main\.ts .*)$/gm)].map(match => match[1] ?? '')
  expect(calls).toHaveLength(1)
  for (const call of calls) await expectProgram(call.trim().split(' '))
})

const client = [['docker', 'compose'], ['docker-compose']].find(([program = '', ...rest]) => {
  try {
    execFileSync(program, [...rest, 'version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})

const reason = client ? '' : ' (skipped: this machine has no docker compose)'
test.skipIf(!client)(`docker compose accepts it${reason}`, () => {
  const [program = '', ...rest] = client ?? []
  for (const profile of [[], ['--profile', 'scale']]) {
    const out = execFileSync(program, [...rest, '-f', file, ...profile, 'config'], { cwd: repo, encoding: 'utf8' })
    expect(out).toContain('nvidia')
  }
})
