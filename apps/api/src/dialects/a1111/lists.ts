import { freemem, totalmem } from 'node:os'
import type { WorkerView } from '@hearth/contract'

/** Lists that clients ask for when they connect and that are the same everywhere. */
export const fixedLists: Record<string, unknown> = {
  'sdapi/v1/upscalers': [
    { name: 'None', model_name: null, model_path: null, model_url: null, scale: 4 },
    { name: 'Lanczos', model_name: null, model_path: null, model_url: null, scale: 4 },
  ],
  'sdapi/v1/latent-upscale-modes': [],
  'sdapi/v1/sd-vae': [],
  'sdapi/v1/sd-modules': [],
  'sdapi/v1/loras': [],
  'sdapi/v1/hypernetworks': [],
  'sdapi/v1/face-restorers': [],
  'sdapi/v1/realesrgan-models': [],
  'sdapi/v1/prompt-styles': [],
  'sdapi/v1/embeddings': { loaded: {}, skipped: {} },
  'sdapi/v1/scripts': { txt2img: [], img2img: [] },
  'sdapi/v1/script-info': [],
  'sdapi/v1/cmd-flags': { api: true, nowebui: true, listen: false, share: false },
  // Paint plugins take a missing list for a server that does not run.
  'controlnet/model_list': { model_list: [] },
  'controlnet/module_list': { module_list: [], module_detail: {} },
}

/** `GET memory`, in bytes. */
export function memoryView(workers: readonly WorkerView[]) {
  const cards = workers.flatMap(({ devices }) => devices).filter(({ kind, usable }) => kind === 'cuda' && usable)
  const sum = (bytes: number[]) => bytes.reduce((all, one) => all + one, 0)
  const total = sum(cards.map(card => card.memory_budget))
  const used = sum(cards.map(card => card.memory_used))
  return {
    ram: { free: freemem(), used: totalmem() - freemem(), total: totalmem() },
    cuda: cards.length === 0 ? { error: 'unavailable' } : { system: { free: total - used, used, total } },
  }
}
