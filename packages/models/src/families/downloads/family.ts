import { defineFamily } from '@hearth/contract'
import { task as pullModel } from '../../pull-model/spec.ts'

/** Pulls models as jobs: durable, with progress, cancelled and repeated like any other. */
export const family = defineFamily({
  id: 'downloads',
  title: 'Downloads',
  engine: 'none',
  tasks: [pullModel.id],
  builtin: [
    {
      id: 'downloader',
      family: 'downloads',
      title: 'Downloader',
      description: 'Fetches models from hubs, registries and folders.',
      aliases: [],
      licence: { id: 'Apache-2.0', must_accept: false },
      precision: 'fp32',
      starter: false,
      defaults: {},
      example_prompts: [],
      languages: [],
      dir: '',
      bytes: 0,
      digest: 'builtin',
      tasks: [pullModel.id],
    },
  ],
  estimate: () => 0,
})
