import { AppError, fieldProblem, type Lane } from '@hearth/contract'
import type { Scope } from '@hearth/store'
import type { Hono } from 'hono'
import { z } from 'zod'
import { authenticate, type Caller, requireAnyScope, requireScope } from '../auth/caller.ts'
import { limitRate, type RateClass } from '../auth/rate-limit.ts'
import type { ApiDeps } from '../deps.ts'
import { readJson } from './body.ts'
import type { ApiContext, Env } from './env.ts'

/** What a route answers with. */
export interface Answer {
  description: string
  /** JSON of this shape; absent for an empty answer or another type. */
  schema?: z.ZodType
  /** Other type, such as `text/event-stream`. */
  mime?: string
}

/** A body that the handler reads by itself; for the description only. */
export interface DescribedBody {
  schema: z.ZodType
  /** Further types with the same fields. */
  form?: boolean
}

interface Request<P, Q, B> {
  c: ApiContext
  caller: Caller
  params: P
  query: Q
  body: B
}

export interface RouteDefinition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** With `{name}` for parameters; `{name+}` takes slashes too. */
  path: string
  tag: string
  summary: string
  description?: string
  /** `any`: every key or session but a kiosk's. `known`: a kiosk's too. `public`: nobody needs to be known. */
  scope: Scope | 'any' | 'known' | 'public'
  rate: RateClass
  /** Of the tasks only those with this lane are described here. */
  lane?: Lane
  params?: P
  query?: Q
  /** Parsed from JSON before the handler is called. */
  body?: B
  described?: DescribedBody
  /** An example body for the page and the tests. */
  example?: unknown
  answers: Record<number, Answer>
  handle(request: Request<z.output<P>, z.output<Q>, z.output<B>>): Response | Promise<Response>
}

/** A route as the app and the API page see it. */
export interface Route extends Omit<RouteDefinition<z.ZodType, z.ZodType, z.ZodType>, 'handle'> {
  run(c: ApiContext, caller: Caller): Promise<Response>
}

const nothing = z.object({})

/** Describes one route and binds its handler to what its schemas parse. */
export function defineRoute<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = typeof nothing,
>(definition: RouteDefinition<P, Q, B>): Route {
  const { handle, ...shown } = definition
  return {
    ...shown,
    async run(c, caller) {
      const params = parse(definition.params, c.req.param(), 'path', 'not-found') as z.output<P>
      const query = parse(definition.query, c.req.query(), 'query') as z.output<Q>
      const body = (definition.body ? parse(definition.body, await readJson(c), 'body') : {}) as z.output<B>
      return handle({ c, caller, params, query, body })
    },
  }
}

/** Makes the routes answer: who is it, may they, not too often, then the handler. */
export function mountRoutes(app: Hono<Env>, deps: ApiDeps, routes: readonly Route[]): void {
  for (const route of routes) {
    app.on(route.method.toUpperCase(), honoPath(route.path), async c => {
      if (route.scope === 'public') return route.run(c, anonymous)
      const caller = await authenticate(deps, c, { session: true })
      c.set('caller', caller)
      if (route.scope === 'any') requireAnyScope(caller)
      else if (route.scope !== 'known') requireScope(caller, route.scope)
      await limitRate(deps, c, caller, route.rate)
      return route.run(c, caller)
    })
  }
}

const anonymous: Caller = { owner: '', name: '', key: null, scopes: [], via: 'none', rate: {} }

/** `{id}` becomes `:id`, `{id+}` becomes `:id{.+}`. */
export function honoPath(path: string): string {
  return path.replace(/\{(\w+)(\+?)\}/g, (_, name: string, rest: string) => (rest ? `:${name}{.+}` : `:${name}`))
}

function parse(
  schema: z.ZodType | undefined,
  value: unknown,
  where: string,
  code: 'invalid-input' | 'not-found' = 'invalid-input',
) {
  if (!schema) return {}
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, text } = fieldProblem(parsed.error, where)
  throw new AppError(code, text.slice(0, 2000), {
    path,
    hint: 'The page /api/docs describes this route.',
    cause: parsed.error,
  })
}
