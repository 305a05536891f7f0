import type { Task } from '@hearth/contract'
import { z } from 'zod'
import { orderSchema } from '../routes/tasks.ts'
import type { Answer, Route } from './route.ts'

type Json = Record<string, unknown>
/** Name of a schema by its text. */
type Shared = Map<string, string>

const errorSchema: Json = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'retryable', 'request_id'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string', description: 'What happened.' },
        hint: { type: 'string', description: 'What to do now.' },
        path: { type: 'array', items: { type: ['string', 'number'] }, description: 'The offending field.' },
        retryable: { type: 'boolean' },
        retry_after: { type: 'number', description: 'Seconds.' },
        request_id: { type: 'string' },
      },
    },
  },
}

/** OpenAPI 3.1 of the native routes; running a task is described once for each task, with its own fields and examples. */
export function describeApi(routes: readonly Route[], tasks: readonly Task[], version: string): Json {
  const paths: Record<string, Json> = {}
  const shared: Shared = new Map()
  const add = (path: string, method: string, operation: Json) => {
    paths[path] = { ...paths[path], [method]: operation }
  }
  for (const route of routes) add(route.path, route.method, describeRoute(route, shared))
  for (const route of routes.filter(
    route => route.method === 'post' && route.path.startsWith('/api/v1/tasks/{task}/'),
  )) {
    const { lane } = route
    for (const task of tasks.filter(task => lane === undefined || task.lanes.includes(lane)))
      add(route.path.replace('{task}', task.id), route.method, describeFor(route, task, shared))
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hearth',
      version,
      description:
        'Tasks are run as jobs: durable, in order, with progress. Everything belongs to the owner of the key.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key. Also taken as x-api-key or as the password of Basic.',
        },
      },
      schemas: { Error: errorSchema, ...sharedSchemas(shared) },
    },
  }
}

function describeRoute(route: Route, shared: Shared): Json {
  const { method, path, tag, summary, description, scope, answers } = route
  return {
    operationId: `${method}_${path.replace(/^\/(api\/v1\/)?/, '').replace(/[^a-z]+/gi, '_')}`.replace(/_+$/, ''),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(scope === 'public' ? { security: [] } : {}),
    parameters: [...parameters(route.params, 'path', shared), ...parameters(route.query, 'query', shared)],
    ...describeBody(route, shared),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer, shared)]),
      ),
      default: {
        description: 'It was refused.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

/** The same route for one task. */
function describeFor(route: Route, task: Task, shared: Shared): Json {
  const { operationId, parameters: all, ...rest } = describeRoute(route, shared)
  const order = orderSchema(task.input)
  // What is answered at once waits behind nobody.
  const input = route.lane === 'live' ? order.omit({ priority: true }) : order
  const examples = task.examples.map(({ title, input }, index) => [
    `example-${index}`,
    { summary: title, value: { input } },
  ])
  return {
    ...rest,
    operationId: `${operationId}_${task.id.replaceAll('-', '_')}`,
    summary: `${route.summary}: ${task.title}`,
    parameters: (all as Json[]).filter(parameter => parameter.in !== 'path'),
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: toSchema(input, 'input', shared), examples: Object.fromEntries(examples) },
        'multipart/form-data': { schema: toSchema(task.input, 'input', shared) },
      },
    },
  }
}

function describeBody({ body, described, example }: Route, shared: Shared): Json {
  const schema = body ?? described?.schema
  if (!schema) return {}
  const shown = { schema: toSchema(schema, 'input', shared), ...(example === undefined ? {} : { example }) }
  const json = described?.form && isFileForm(schema) ? {} : { 'application/json': shown }
  return {
    requestBody: { required: true, content: { ...json, ...(described?.form ? { 'multipart/form-data': shown } : {}) } },
  }
}

/** Files cannot be said in JSON. */
function isFileForm(schema: z.ZodType): boolean {
  return schema instanceof z.ZodObject && Object.values(schema.shape).some(field => field instanceof z.ZodFile)
}

function describeAnswer({ description, schema, mime }: Answer, shared: Shared): Json {
  const content = {
    ...(schema ? { 'application/json': { schema: toSchema(schema, 'output', shared) } } : {}),
    ...(mime === undefined ? {} : { [mime]: { schema: { type: 'string' } } }),
  }
  return Object.keys(content).length === 0 ? { description } : { description, content }
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query', shared: Shared): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = toSchema(schema, 'input', shared) as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
}

/**
 * JSON Schema of a zod schema, as part of the document: what a schema refers to within itself (recursive values) is
 * collected under a name of the document, since references there start at its root.
 */
function toSchema(schema: z.ZodType, io: 'input' | 'output', shared: Shared): Json {
  const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' })
  let text = JSON.stringify(rest)
  for (const [name, definition] of Object.entries($defs)) {
    const meaning = JSON.stringify(definition)
    const known = shared.get(meaning) ?? `Value${shared.size === 0 ? '' : shared.size}`
    shared.set(meaning, known)
    text = text.replaceAll(`"#/$defs/${name}"`, `"#/components/schemas/${known}"`)
  }
  return JSON.parse(text)
}

/** The collected schemas, each referring to itself by its name in the document. */
function sharedSchemas(shared: Shared): Json {
  return Object.fromEntries(
    [...shared].map(([meaning, name]) => [
      name,
      JSON.parse(meaning.replaceAll(/"#\/\$defs\/[^"]+"/g, `"#/components/schemas/${name}"`)),
    ]),
  )
}
