import fc from 'fast-check'
import { anyText, anything, arbitraryOf, type Schema } from './arbitrary.ts'
import { inForm, inJson, type Pictures } from './given-pictures.ts'

/** One request, as plain data so that it can be printed and repeated. */
export interface FuzzRequest {
  /** Of the route that it is made for. */
  route: string
  method: string
  path: string
  headers: Record<string, string>
  body: Uint8Array<ArrayBuffer> | undefined
  /** The dialect at whose door it is sent; absent: the main port. */
  door?: string
}

/** A route with what is known of its input. */
export interface FuzzRoute {
  method: string
  /** With `{name}`. */
  path: string
  query: { name: string; schema: Schema }[]
  json: Schema | undefined
  form: Schema | undefined
  door?: string
}

interface Operation {
  parameters?: { name: string; in: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}
export interface Document {
  paths: Record<string, Record<string, Operation>>
}

/** Fields of the dialects, whose routes have no published schema of ours. */
const dialectFields = [
  ...[
    'prompt',
    'negative_prompt',
    'model',
    'model_id',
    'n',
    'size',
    'width',
    'height',
    'seed',
    'steps',
    'image',
    'mask',
  ],
  ...['num_inference_steps', 'guidance_scale', 'strength', 'response_format', 'stream', 'partial_images', 'image_size'],
  ...['batch_size', 'n_iter', 'cfg_scale', 'sampler_name', 'scheduler', 'init_images', 'denoising_strength', 'quality'],
  ...[
    'override_settings',
    'script_name',
    'alwayson_scripts',
    'output_format',
    'images',
    'background',
    'user',
    'mask_blur',
  ],
  ...['name', 'text', 'entries'],
]
const entries = [
  { clip: { visual: { modelName: 'nobody' } } },
  { clip: { textual: { modelName: 'starter-faces', options: null } } },
  {
    'facial-recognition': {
      detection: { modelName: 'starter-faces', options: { minScore: 0.7 } },
      recognition: { modelName: 'starter-faces' },
    },
  },
  { ocr: { detection: { modelName: 'x', options: { minScore: 9 } }, recognition: {} } },
  [],
].map(value => JSON.stringify(value))
const dialectBody: Schema = {
  type: 'object',
  required: ['prompt'],
  properties: Object.fromEntries(dialectFields.map(name => [name, guess(name)])),
}

/** What those that speak to language models send. */
const messages = [
  [],
  [{ role: 'user', content: 'hello' }],
  [{ role: 'system' }, { role: 'user', content: null }],
  [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'hello' },
        { type: 'image_url', image_url: { url: 'data:,x' } },
      ],
    },
  ],
  [{ role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'x' } }] }],
  [
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{' } }],
    },
    { role: 'tool', tool_call_id: 'b', content: 'x' },
  ],
  [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }, { type: 'thinking' }] }],
]
const contents = [
  [{ role: 'user', parts: [{ text: 'hello' }] }],
  [{ parts: [{ inlineData: { mimeType: 'image/png', data: 'x' } }, { functionCall: { name: 'f' } }] }],
  'hello',
]
const tools = [
  [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
  [{ name: 'f', input_schema: { type: 'object', $ref: '#/nowhere' } }],
  [{ functionDeclarations: [{ name: 'f', parameters: { type: 'STRING' } }] }],
  [{}],
]
const textBody: Schema = {
  type: 'object',
  required: ['model'],
  properties: {
    model: { enum: ['nobody', 'echo', 'starter', 'smollm2-135m', ''] },
    messages: { enum: messages },
    contents: { enum: contents },
    tools: { enum: tools },
    tool_choice: { enum: ['auto', 'any', { type: 'function', function: { name: 'f' } }, { type: 'tool', name: 'g' }] },
    system: { enum: ['x', [{ type: 'text', text: 'x' }], {}] },
    prompt: { type: 'string' },
    input: { enum: ['x', ['x', ''], [[1, 2]], [{ role: 'user', content: 'x' }], [{ type: 'text', text: 'x' }], []] },
    query: { type: 'string' },
    documents: { enum: [['a', 'b'], [{ text: 'a' }], []] },
    max_tokens: { type: 'integer', minimum: -1, maximum: 100 },
    temperature: { type: 'number', minimum: -1, maximum: 3 },
    stop: { enum: ['x', ['x', ''], ''] },
    logit_bias: { enum: [{ 5: 3 }, { x: 1 }] },
    response_format: { enum: [{ type: 'json_object' }, { type: 'json_schema', json_schema: { name: 'x' } }, 'mp3'] },
    generationConfig: { enum: [{ temperature: 0.5 }, { responseSchema: { type: 'ENUM' } }, { candidateCount: 0 }] },
    stream: { type: 'boolean' },
    voice: { type: 'string' },
  },
}
const ofText = /chat|complet|message|response|embed|moderat|rerank|generate$|model\{|models\/|show|pull|speech/

function guess(name: string): Schema {
  if (/^(n|width|height|seed|steps|batch_size|n_iter|num_inference_steps|partial_images|mask_blur)$/.test(name)) {
    return { type: 'integer', minimum: 0, maximum: 600 }
  }
  if (/scale|strength/.test(name)) return { type: 'number', minimum: 0, maximum: 20 }
  if (name === 'size' || name === 'image_size')
    return { enum: ['64x64', '128x128', '0x0', '99999x99999', 'auto', '64'] }
  if (name === 'entries') return { enum: entries }
  if (name === 'stream') return { type: 'boolean' }
  if (name === 'model' || name === 'model_id') return { enum: ['starter', 'nobody', 'echo', ''] }
  return name === 'init_images' || name === 'images' ? { type: 'array', items: { type: 'string' } } : { type: 'string' }
}

/** A route as the app lists it, of the main port or of a door. */
export interface Mounted {
  method: string
  path: string
  door?: string
}

/** Routes of the description, and those of the dialects as the app lists them. */
export function fuzzRoutes(document: Document, mounted: readonly Mounted[]): FuzzRoute[] {
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter(parameter => parameter.in === 'query').map(({ name, schema }) => ({ name, schema })),
      json: requestBody?.content['application/json']?.schema,
      form: requestBody?.content['multipart/form-data']?.schema,
    })),
  )
  const others = mounted
    .filter(
      ({ method, path }) =>
        method !== 'ALL' && path !== '*' && path !== '/*' && !/^\/(api\/(v1|docs|openapi)|health)/.test(path),
    )
    .map(({ method, path, door }) => ({
      ...(door === undefined ? {} : { door }),
      method,
      path: path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}'),
      query: [],
      json: method === 'POST' ? (ofText.test(path) ? textBody : dialectBody) : undefined,
      form: method === 'POST' ? dialectBody : undefined,
    }))
  return [...described, ...others]
}

/** Requests to all routes. @param names things that exist, by the parameter that names them. */
export function requests(
  routes: readonly FuzzRoute[],
  names: readonly string[],
  key: string,
  pictures: Pictures,
): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(...routes.map(route => requestTo(route, names, key, pictures)))
}

function requestTo(
  route: FuzzRoute,
  names: readonly string[],
  key: string,
  pictures: Pictures,
): fc.Arbitrary<FuzzRequest> {
  const segment = fc
    .oneof(fc.constantFrom(...names), anyText)
    .map(text => encodeURIComponent(text.toWellFormed()).slice(0, 2000) || 'x')
  const holes = [...route.path.matchAll(/\{\w+\+?\}/g)].length
  const query = fc.record(Object.fromEntries(route.query.map(({ name, schema }) => [name, arbitraryOf(schema)])), {
    requiredKeys: [],
  })
  return fc
    .record({
      segments: fc.array(segment, { minLength: holes, maxLength: holes }),
      query,
      method: fc.oneof(
        { weight: 30, arbitrary: fc.constant(route.method) },
        { weight: 1, arbitrary: fc.constantFrom('PUT', 'PATCH', 'HEAD', 'OPTIONS', 'DELETE', 'POST') },
      ),
      body: bodyOf(route, pictures),
      auth: fc.oneof(
        { weight: 12, arbitrary: fc.constant(`Bearer ${key}`) },
        { weight: 1, arbitrary: fc.constantFrom('', 'Basic ', 'Basic Og==', 'Bearer nobody', 'Digest x') },
      ),
      extra: fc.oneof({ weight: 6, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: oddHeaders }),
    })
    .map(({ segments, query, method, body, auth, extra }) => ({
      route: `${route.method} ${route.path}`,
      ...(route.door === undefined ? {} : { door: route.door }),
      method,
      path: fill(route.path, segments) + search(query),
      headers: { host: 'localhost', ...(auth === '' ? {} : { authorization: auth }), ...body.headers, ...extra },
      body: ['GET', 'HEAD', 'OPTIONS'].includes(method) ? undefined : body.bytes,
    }))
}

const oddHeaders = fc.constantFrom<Record<string, string>>(
  { range: 'bytes=5-1' },
  { range: 'bytes=99999999999999999999-' },
  { 'if-none-match': '*' },
  { 'last-event-id': '99999999999999999999' },
  { 'last-event-id': '-1' },
  { 'idempotency-key': 'x'.repeat(300) },
  { 'idempotency-key': 'again' },
  { 'content-length': '-5' },
  { 'x-request-id': '../../x' },
  { cookie: 'hearth_8000=nobody' },
  { accept: 'text/html' },
)

function fill(path: string, segments: readonly string[]): string {
  let next = 0
  return path.replace(/\{\w+\+?\}/g, () => segments[next++] ?? 'x')
}

function search(query: Record<string, unknown>): string {
  const entries = Object.entries(query).map(([name, value]) => [name, shortWait(name, value)])
  const text = new URLSearchParams(entries.map(([name = '', value = '']) => [name, value.toWellFormed()])).toString()
  return text === '' ? '' : `?${text}`
}

/** Nothing finishes here: a request that waits would only wait. */
function shortWait(name: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return name === 'wait' && Number(text) > 0.01 ? '0.01' : text
}

interface FuzzBody {
  headers: Record<string, string>
  bytes: Uint8Array<ArrayBuffer> | undefined
}

function bodyOf({ json, form }: FuzzRoute, pictures: Pictures): fc.Arbitrary<FuzzBody> {
  const picture = fc.option(fc.constantFrom(...pictures), { freq: 3, nil: undefined })
  const type = (value: string, bytes: Uint8Array) => ({
    headers: { 'content-type': value },
    bytes: new Uint8Array(bytes),
  })
  const encode = (text: string) => new TextEncoder().encode(text)
  const asJson = (value: unknown) => type('application/json', encode(JSON.stringify(value) ?? ''))
  const types = fc.constantFrom(
    'application/json',
    'multipart/form-data',
    'multipart/form-data; boundary=x',
    'text/plain',
    '',
  )
  const raw = fc.tuple(types, fc.uint8Array({ maxLength: 200 })).map(([name, bytes]) => type(name, bytes))
  const choices: { weight: number; arbitrary: fc.Arbitrary<FuzzBody> }[] = [
    { weight: 1, arbitrary: raw },
    { weight: 1, arbitrary: anything.map(asJson) },
    { weight: 1, arbitrary: fc.constant(type('application/json', encode('['.repeat(50_000)))) },
  ]
  if (json) {
    const given = fc.tuple(arbitraryOf(json), picture).map(([value, picture]) => asJson(inJson(value, picture)))
    choices.push({ weight: 20, arbitrary: given })
  }
  if (form)
    choices.push({
      weight: 10,
      arbitrary: fc
        .tuple(arbitraryOf(form), picture)
        .map(([value, picture]) => type('multipart/form-data; boundary=hearth', inForm(value, picture))),
    })
  if (!json && !form) choices.push({ weight: 40, arbitrary: fc.constant({ headers: {}, bytes: undefined }) })
  return fc.oneof(...choices)
}
