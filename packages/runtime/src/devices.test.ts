import { describe, expect, it } from 'vitest'
import { availableMemory, chooseDevices, type Probing, probeDevices } from './devices.ts'
import { explain, parseCards } from './probe.ts'

const settings = { device: 'auto', threads: 2, memoryBudget: undefined, vramBudget: undefined } as const
const gibibyte = 2 ** 30
const cards = [
  { index: 0, title: 'Card A', memory: 10 * gibibyte },
  { index: 1, title: 'Card B', memory: 20 * gibibyte },
]

function machine(working: readonly string[], listed = cards): Probing {
  return {
    cards: async () => ({ cards: listed, reason: 'nvidia-smi is not installed' }),
    probe: async (kind, index) =>
      working.includes(`${kind}:${index}`)
        ? { usable: true, reason: 'a test model ran on it' }
        : { usable: false, reason: 'no driver' },
  }
}

describe('devices', () => {
  it('really tries the devices of this machine, and always has the CPU', { timeout: 60_000 }, async () => {
    const devices = await probeDevices(settings, { PATH: process.env.PATH ?? '' })
    expect(devices.map(device => device.kind)).toContain('cuda')
    expect(devices.map(device => device.kind)).toContain('webgpu')
    const cpu = devices.find(device => device.id === 'cpu')
    expect(cpu).toMatchObject({ usable: true, threads: 2, memory_used: 0 })
    expect(cpu?.memory_budget).toBeGreaterThan(0)
    expect(cpu?.memory_budget).toBeLessThan(availableMemory())
    for (const device of devices) expect(device.reason).toMatch(/\S/)
  })

  it('gives each card 90 % of its memory, and puts cards that work first', async () => {
    const devices = await chooseDevices(settings, machine(['cuda:0']))
    expect(devices.map(device => [device.id, device.usable, device.reason])).toEqual([
      ['cuda:0', true, 'a test model ran on it'],
      ['cuda:1', false, 'no driver'],
      ['webgpu:0', false, 'no driver'],
      ['cpu', true, 'always there'],
    ])
    expect(devices[0]?.memory_budget).toBe(9 * gibibyte)
  })

  it('does not count one card twice through CUDA and WebGPU', async () => {
    const devices = await chooseDevices(settings, machine(['cuda:0', 'webgpu:0']))
    expect(devices.find(device => device.kind === 'webgpu')).toMatchObject({
      usable: false,
      reason: 'the same card is used through CUDA',
    })
  })

  it('uses a card whose memory nobody tells only with a budget from the settings', async () => {
    const unknown = await chooseDevices(settings, machine(['webgpu:0'], []))
    const webgpu = unknown.find(device => device.kind === 'webgpu')
    expect(webgpu?.usable).toBe(false)
    expect(webgpu?.reason).toContain('HEARTH_VRAM_GB')
    const told = await chooseDevices({ ...settings, vramBudget: gibibyte }, machine(['webgpu:0'], []))
    expect(told.find(device => device.kind === 'webgpu')).toMatchObject({ usable: true, memory_budget: gibibyte })
  })

  it('keeps to the kind of device that the settings name', async () => {
    const devices = await chooseDevices(
      { ...settings, device: 'cpu', memoryBudget: 123 },
      { cards: () => Promise.reject(new Error('asked')), probe: () => Promise.reject(new Error('asked')) },
    )
    expect(devices.filter(device => device.usable)).toMatchObject([{ id: 'cpu', memory_budget: 123 }])
    expect(devices[0]?.reason).toBe('HEARTH_DEVICE is cpu')
  })
})

describe('reading what drivers say', () => {
  it('names the missing library rather than the wrapper around it', () => {
    const stderr =
      '[E:onnxruntime] 1 : FAIL : Failed to load library /a/libonnxruntime_providers_shared.so with error: ' +
      '/a/libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory\n'
    expect(explain('OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library', stderr)).toBe(
      'onnxruntime was installed without its CUDA files ' +
        '(libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory)',
    )
    const driver =
      'Failed to load library /a/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: no such file'
    expect(explain('Failed to load shared library', driver)).toBe('libcublasLt.so.13: no such file')
    expect(
      explain('/onnxruntime_src/x.cc:136 F() status == Success was false. Failed to get a WebGPU adapter', ''),
    ).toBe('Failed to get a WebGPU adapter')
  })

  it('reads the list of cards', () => {
    expect(parseCards('0, NVIDIA H200, 143771\n1, NVIDIA T4, 15360\n')).toEqual([
      { index: 0, title: 'NVIDIA H200', memory: 143771 * 2 ** 20 },
      { index: 1, title: 'NVIDIA T4', memory: 15360 * 2 ** 20 },
    ])
    expect(parseCards('')).toEqual([])
  })
})
