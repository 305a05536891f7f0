import { AppError } from '@hearth/contract'
import { Hono } from 'hono'
import { requireOwnHost } from './auth/own-host.ts'
import type { ApiDeps } from './deps.ts'
import { type Dialect, isHttp } from './dialects/dialect.ts'
import { dialects } from './dialects/dialects.generated.ts'
import type { ApiContext, Env } from './http/env.ts'
import { errorHeaders, nativeError, presentable } from './http/errors.ts'
import { nameAndLog } from './http/request-id.ts'
import { mountRoutes } from './http/route.ts'
import { nativeRoutes } from './routes/native-routes.ts'
import type { StudioFile } from './studio/read-studio.ts'
import { serveStudio } from './studio/serve-studio.ts'

export interface AppOptions {
  /** The studio's files; none in tests. */
  studio?: ReadonlyMap<string, StudioFile>
  /** Only this dialect and nothing else: what a door speaks. */
  only?: Dialect
}

/** All HTTP of Hearth. Can be asked in process through `app.request`. */
export function createApp(deps: ApiDeps, { studio = new Map(), only }: AppOptions = {}): Hono<Env> {
  const app = new Hono<Env>()
  app.use(nameAndLog(deps.log))
  app.use(requireOwnHost(deps.config))
  if (!only) mountRoutes(app, deps, nativeRoutes(deps))
  const spoken = only ? [only] : dialects.filter(isHttp).filter(({ doorOnly }) => doorOnly !== true)
  for (const dialect of spoken) dialect.mount(app, deps)
  const known = app.routes
    .filter(route => route.method !== 'ALL')
    .map(route => ({ ...route, at: patternOf(route.path) }))
  if (!only) serveStudio(app, studio)

  const refuse = (c: ApiContext, thrown: unknown): Response => {
    const error = presentable(thrown, c, deps.log)
    errorHeaders(c, error)
    const dialect = spoken.find(dialect => only === dialect || dialect.owns(c.req.path))
    return (dialect?.error ?? nativeError)(c, error)
  }
  app.onError((thrown, c) => refuse(c, thrown))
  app.notFound(c => {
    const methods = new Set(known.filter(route => route.at.test(c.req.path)).map(route => route.method))
    if (methods.size === 0)
      return refuse(
        c,
        new AppError('not-found', 'there is nothing at this address', { hint: 'The page /api/docs lists all.' }),
      )
    if (methods.has('GET')) methods.add('HEAD')
    c.header('allow', [...methods, 'OPTIONS'].join(', '))
    if (c.req.method === 'OPTIONS') return c.body(null, 204)
    const answer = refuse(c, new AppError('not-found', `this address does not take ${c.req.method.slice(0, 20)}`))
    return new Response(answer.body, { status: 405, headers: answer.headers })
  })
  return app
}

/** Of a path with `:name`, `:name{pattern}` and `*`. */
function patternOf(path: string): RegExp {
  const parts = path.split('/').map(part => {
    const match = /^:\w+(?:\{(.+)\})?$/.exec(part)
    if (match) return match[1] ?? '[^/]+'
    return part === '*' ? '.*' : part.replace(/[.+?^$()|[\]\\{}]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('/')}$`)
}
