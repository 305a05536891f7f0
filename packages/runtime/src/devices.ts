import { cpus, totalmem } from 'node:os'
import type { DeviceKind, DeviceView, Family } from '@hearth/contract'
import { type GraphicsCard, listCards, probe } from './probe.ts'

/** The part of the settings that devices depend on. */
export interface DeviceSettings {
  device: 'auto' | DeviceKind
  threads: number
  /** Bytes; undefined means: detect. */
  memoryBudget: number | undefined
  vramBudget: number | undefined
}

type Probe = (kind: DeviceKind, index: number) => Promise<{ usable: boolean; reason: string }>

export interface Probing {
  cards(): Promise<{ cards: GraphicsCard[]; reason: string }>
  probe: Probe
}

/** Share of what is there that models may take when the settings name no budget. */
const shareOfMemory = 0.7
const shareOfCard = 0.9

/**
 * What this machine can compute on, each device tried in a throw-away process, with the reason why it is used or not.
 * The first usable one comes first. The CPU is always there.
 * @param environment of the throw-away processes.
 */
export function probeDevices(settings: DeviceSettings, environment: Record<string, string>): Promise<DeviceView[]> {
  return chooseDevices(settings, {
    cards: () => listCards(environment),
    probe: (kind, index) => probe(kind, index, environment),
  })
}

/** `probeDevices` with its eyes handed in. */
export async function chooseDevices(settings: DeviceSettings, probing: Probing): Promise<DeviceView[]> {
  const wanted = (kind: DeviceKind) => settings.device === 'auto' || settings.device === kind
  const listed = settings.device === 'cpu' ? { cards: [], reason: '' } : await probing.cards()
  const [cuda, webgpu] = await Promise.all([
    wanted('cuda') ? probeCuda(settings, listed, probing.probe) : [refused('cuda', settings)],
    wanted('webgpu') ? probeWebgpu(settings, listed.cards, probing.probe) : refused('webgpu', settings),
  ])
  // WebGPU would count the memory of the same card a second time.
  const doubled = webgpu.usable && cuda.some(device => device.usable)
  return [
    ...cuda,
    doubled ? { ...webgpu, usable: false, reason: 'the same card is used through CUDA' } : webgpu,
    describeCpu(settings),
  ]
}

async function probeCuda(
  settings: DeviceSettings,
  listed: { cards: GraphicsCard[]; reason: string },
  run: Probe,
): Promise<DeviceView[]> {
  // Without a list there may still be a card that works; then its memory must be given.
  const cards = listed.cards.length > 0 ? listed.cards : [{ index: 0, title: 'NVIDIA card', memory: 0 }]
  return Promise.all(
    cards.map(async card => {
      const result = await run('cuda', card.index)
      return describeCard('cuda', card, settings, result, listed.reason)
    }),
  )
}

async function probeWebgpu(settings: DeviceSettings, cards: GraphicsCard[], run: Probe): Promise<DeviceView> {
  const card = { ...(cards[0] ?? { title: 'Graphics card', memory: 0 }), index: 0 }
  return describeCard('webgpu', card, settings, await run('webgpu', 0), 'WebGPU does not tell it')
}

function describeCard(
  kind: DeviceKind,
  card: GraphicsCard,
  settings: DeviceSettings,
  result: { usable: boolean; reason: string },
  memoryReason: string,
): DeviceView {
  const budget = settings.vramBudget ?? Math.floor(card.memory * shareOfCard)
  const unknown = result.usable && budget === 0
  return {
    id: `${kind}:${card.index}`,
    kind,
    title: card.title,
    usable: result.usable && !unknown,
    reason: unknown
      ? `it works, but its memory is not known (${memoryReason}): set HEARTH_VRAM_GB to use it`
      : result.reason,
    memory_budget: budget,
    memory_used: 0,
    threads: settings.threads,
  }
}

function refused(kind: DeviceKind, settings: DeviceSettings): DeviceView {
  return {
    id: `${kind}:0`,
    kind,
    title: 'Graphics card',
    usable: false,
    reason: `HEARTH_DEVICE is ${settings.device}`,
    memory_budget: 0,
    memory_used: 0,
    threads: settings.threads,
  }
}

function describeCpu(settings: DeviceSettings): DeviceView {
  return {
    id: 'cpu',
    kind: 'cpu',
    title: cpus()[0]?.model.trim() ?? 'CPU',
    usable: true,
    reason:
      settings.device === 'auto' || settings.device === 'cpu'
        ? 'always there'
        : `always there, for models that cannot run on ${settings.device}`,
    memory_budget: settings.memoryBudget ?? Math.floor(availableMemory() * shareOfMemory),
    memory_used: 0,
    threads: settings.threads,
  }
}

/** RAM of this machine, or of the container around this process if that allows less. Bytes. */
export function availableMemory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** Kinds of device that each kind of engine can use, best first. Empty: it takes no device and no turn on one. */
const kindsOf: Record<Family['engine'], readonly DeviceKind[]> = {
  onnx: ['cuda', 'webgpu', 'cpu'],
  // The environments that Hearth makes hold none of the libraries that they need on a card.
  python: ['cpu'],
  // What is installed of these from npm carries no GPU code.
  'llama-cpp': ['cpu'],
  ggml: ['cpu'],
  sherpa: ['cpu'],
  http: [],
  none: [],
}

/** Whether models of this engine take a device at all. */
export function takesDevice(engine: Family['engine']): boolean {
  return kindsOf[engine].length > 0
}

/** Queue lane of a family's jobs: those that take no device do not wait behind those that do. */
export function laneOf(engine: Family['engine']): 'batch' | 'aside' {
  return takesDevice(engine) ? 'batch' : 'aside'
}

/** Usable devices that an engine of this kind can compute on, best kind first. */
export function suited(engine: Family['engine'], devices: readonly DeviceView[]): DeviceView[] {
  return kindsOf[engine].flatMap(kind => devices.filter(device => device.kind === kind && device.usable))
}

/**
 * Devices on which a model of this engine and size may be placed: all of the best kind that can hold it when empty, so
 * that a model too large for the graphics card runs on the CPU. Empty: it can be placed nowhere.
 */
export function candidates(engine: Family['engine'], bytes: number, devices: readonly DeviceView[]): DeviceView[] {
  const able = suited(engine, devices).filter(device => device.memory_budget >= bytes)
  return able.filter(device => device.kind === able[0]?.kind)
}
