import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documentSettings } from './document.ts'
import { ConfigError, childEnvironment, loadConfig, settings } from './index.ts'

describe('loadConfig', () => {
  it('has safe defaults', () => {
    const config = loadConfig({})
    expect(config.host).toBe('127.0.0.1')
    expect(config.port).toBe(8000)
    expect(config.testFamilies).toBe(false)
    expect(config.roots.outputs).toBe(join(config.repo, 'outputs'))
  })

  it('puts every data root under HEARTH_DATA', () => {
    const config = loadConfig({ HEARTH_DATA: '/srv/hearth' })
    for (const root of Object.values(config.roots)) expect(root.startsWith('/srv/hearth/')).toBe(true)
  })

  it('names every bad value at once', () => {
    const load = () => loadConfig({ HEARTH_PORT: 'eighty', HEARTH_DEVICE: 'tpu' })
    expect(load).toThrow(ConfigError)
    expect(load).toThrow(/HEARTH_PORT[\s\S]*HEARTH_DEVICE/)
  })

  it('treats an empty variable as unset', () => {
    expect(loadConfig({ HEARTH_PORT: '' }).port).toBe(8000)
  })

  it('reads default models and refuses half a pair', () => {
    expect(loadConfig({ HEARTH_DEFAULT_MODELS: 'a=b, c=d' }).defaultModels).toEqual({ a: 'b', c: 'd' })
    expect(() => loadConfig({ HEARTH_DEFAULT_MODELS: 'a' })).toThrow(/task=model/)
  })

  it('wants certificate and key together', () => {
    expect(() => loadConfig({ HEARTH_TLS_CERT: '/c.pem' })).toThrow(/HEARTH_TLS_KEY/)
  })
})

describe('documentSettings', () => {
  it('lists every setting with a description', () => {
    const page = documentSettings()
    for (const [name, schema] of Object.entries(settings)) {
      expect(page).toContain(`\`${name}\``)
      expect(schema.description, name).toBeTruthy()
    }
  })
})

describe('childEnvironment', () => {
  it('passes on named settings only', () => {
    process.env.HEARTH_OWNER_KEY = 'secret-secret-secret-secret'
    process.env.HEARTH_THREADS = '2'
    try {
      const env = childEnvironment(['HEARTH_THREADS'], { A: '1' })
      expect(env.HEARTH_THREADS).toBe('2')
      expect(env.A).toBe('1')
      expect(env.HEARTH_OWNER_KEY).toBeUndefined()
    } finally {
      delete process.env.HEARTH_OWNER_KEY
      delete process.env.HEARTH_THREADS
    }
  })
})
