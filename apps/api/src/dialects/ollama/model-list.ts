import type { Checkpoint, ModelView, WorkerView } from '@hearth/contract'
import { taggedName } from './model-names.ts'

/** What Ollama says that a model can do, by the tasks that it serves. Others are not for this dialect. */
const capabilities: Record<string, string[]> = {
  chat: ['completion', 'tools'],
  'embed-text': ['embedding'],
}
const quantizations: Record<string, string> = { fp32: 'F32', fp16: 'F16', int8: 'Q8_0' }

export function capabilitiesOf({ tasks }: Pick<ModelView, 'tasks'>): string[] {
  return tasks.flatMap(task => capabilities[task] ?? [])
}

export function isUsable(model: ModelView): boolean {
  return model.state === 'installed' && capabilitiesOf(model).length > 0
}

export function modelEntry(model: ModelView) {
  return {
    name: taggedName(model.id),
    model: taggedName(model.id),
    // When it came here is not known.
    modified_at: '1970-01-01T00:00:00Z',
    size: model.bytes,
    digest: digestOf(model),
    details: detailsOf(model),
    capabilities: capabilitiesOf(model),
  }
}

/** `POST /api/show`. */
export function shownModel(model: ModelView) {
  const family = model.family ?? 'unknown'
  const context = contextLength(model)
  const parameters = Object.entries(model.defaults).map(([name, value]) => `${name}  ${JSON.stringify(value)}`)
  return {
    modelfile: `FROM ${model.id}`,
    parameters: parameters.join('\n'),
    // It is in the model's own file.
    template: '',
    system: '',
    license: [model.licence.id, model.licence.url].filter(Boolean).join(' '),
    details: detailsOf(model),
    model_info: {
      'general.architecture': family,
      'general.basename': model.title,
      ...(context === undefined ? {} : { [`${family}.context_length`]: context }),
    },
    capabilities: capabilitiesOf(model),
    modified_at: '1970-01-01T00:00:00Z',
  }
}

/** `GET /api/ps`: the models in memory. They stay until the room is needed. */
export function runningModels(models: readonly ModelView[], workers: readonly WorkerView[]) {
  const year = 365 * 24 * 3600 * 1000
  return workers.flatMap(({ residents }) =>
    residents.flatMap(({ model: id, device, bytes }) => {
      const model = models.find(model => model.id === id)
      if (!model || capabilitiesOf(model).length === 0) return []
      const { name, digest, details } = modelEntry(model)
      return {
        name,
        model: name,
        size: bytes,
        digest,
        details,
        expires_at: new Date(Date.now() + year).toISOString(),
        size_vram: device === 'cpu' ? 0 : bytes,
        context_length: contextLength(model) ?? 0,
      }
    }),
  )
}

function detailsOf({ family, title, precision, tasks }: ModelView) {
  const name = family ?? 'unknown'
  return {
    parent_model: '',
    format: tasks.includes('chat') ? 'gguf' : 'onnx',
    family: name,
    families: [name],
    parameter_size: /\b\d+(\.\d+)?[MB]\b/.exec(title)?.[0] ?? '',
    quantization_level: quantizations[precision ?? ''] ?? 'unknown',
  }
}

function digestOf({ digest }: ModelView): string {
  return digest !== null && /^[0-9a-f]{64}$/.test(digest) ? digest : ''
}

function contextLength({ defaults }: Pick<Checkpoint, 'defaults'>): number | undefined {
  return typeof defaults.context_length === 'number' ? defaults.context_length : undefined
}
