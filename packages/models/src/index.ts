export { createModels, type Models } from './models.ts'
export type { ModelsConfig, ModelsOptions } from './options.ts'
export { humanBytes } from './size.ts'
