import type { ApiDeps } from '../deps.ts'
import { doorRoutes } from '../doors/door-routes.ts'
import type { Route } from '../http/route.ts'
import { cameraRoutes } from './cameras.ts'
import { docsRoutes } from './docs.ts'
import { eventRoutes } from './events.ts'
import { healthRoutes } from './health.ts'
import { jobRoutes } from './jobs.ts'
import { keyRoutes } from './keys.ts'
import { kioskRoutes } from './kiosk.ts'
import { modelRoutes } from './models.ts'
import { outputRoutes } from './outputs.ts'
import { peopleRoutes } from './people.ts'
import { sessionRoutes } from './session.ts'
import { systemRoutes } from './system.ts'
import { taskRoutes } from './tasks.ts'
import { uploadRoutes } from './uploads.ts'
import { webhookRoutes } from './webhooks.ts'

/** Every route of Hearth's own interface. */
export function nativeRoutes(deps: ApiDeps): Route[] {
  const routes = [
    ...taskRoutes(deps),
    ...jobRoutes(deps),
    ...eventRoutes(deps),
    ...outputRoutes(deps),
    ...uploadRoutes(deps),
    ...peopleRoutes(deps),
    ...modelRoutes(deps),
    ...keyRoutes(deps),
    ...cameraRoutes(deps),
    ...kioskRoutes(deps),
    ...webhookRoutes(deps),
    ...sessionRoutes(deps),
    ...systemRoutes(deps),
    ...doorRoutes(deps),
    ...healthRoutes(deps),
  ]
  return [...routes, ...docsRoutes(deps, routes)]
}
