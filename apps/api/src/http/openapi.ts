import type { Task } from '@hearth/contract'
import { z } from 'zod'
import { orderSchema } from '../routes/tasks.ts'
import type { Answer, Route } from './route.ts'

type Json = Record<string, unknown>

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
  const add = (path: string, method: string, operation: Json) => {
    paths[path] = { ...paths[path], [method]: operation }
  }
  for (const route of routes) add(route.path, route.method, describeRoute(route))
  for (const route of routes.filter(
    route => route.method === 'post' && route.path.startsWith('/api/v1/tasks/{task}/'),
  )) {
    for (const task of tasks) add(route.path.replace('{task}', task.id), route.method, describeFor(route, task))
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
      schemas: { Error: errorSchema },
    },
  }
}

function describeRoute(route: Route): Json {
  const { method, path, tag, summary, description, scope, answers } = route
  return {
    operationId: `${method}_${path.replace(/^\/(api\/v1\/)?/, '').replace(/[^a-z]+/gi, '_')}`.replace(/_+$/, ''),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(scope === 'public' ? { security: [] } : {}),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...describeBody(route),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer)])),
      default: {
        description: 'It was refused.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

/** The same route for one task. */
function describeFor(route: Route, task: Task): Json {
  const { operationId, parameters: all, ...rest } = describeRoute(route)
  const input = orderSchema(task.input)
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
        'application/json': { schema: toSchema(input, 'input'), examples: Object.fromEntries(examples) },
        'multipart/form-data': { schema: toSchema(task.input, 'input') },
      },
    },
  }
}

function describeBody({ body, described, example }: Route): Json {
  const schema = body ?? described?.schema
  if (!schema) return {}
  const shown = { schema: toSchema(schema, 'input'), ...(example === undefined ? {} : { example }) }
  const json = described?.form && isFileForm(schema) ? {} : { 'application/json': shown }
  return {
    requestBody: { required: true, content: { ...json, ...(described?.form ? { 'multipart/form-data': shown } : {}) } },
  }
}

/** Files cannot be said in JSON. */
function isFileForm(schema: z.ZodType): boolean {
  return schema instanceof z.ZodObject && Object.values(schema.shape).some(field => field instanceof z.ZodFile)
}

function describeAnswer({ description, schema, mime }: Answer): Json {
  const content = {
    ...(schema ? { 'application/json': { schema: toSchema(schema, 'output') } } : {}),
    ...(mime === undefined ? {} : { [mime]: { schema: { type: 'string' } } }),
  }
  return Object.keys(content).length === 0 ? { description } : { description, content }
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = toSchema(schema, 'input') as {
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

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' })
  return rest
}
