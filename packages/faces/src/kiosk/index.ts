import { task } from '../recognise-faces/spec.ts'

export { type Action, actions } from './actions.ts'
export type { SeenFace } from './face-view.ts'
export {
  advance,
  type Kiosk,
  type KioskEvent,
  type KioskView,
  newKiosk,
  type Visitor,
  viewOf,
} from './kiosk.ts'
export type { KioskRules } from './rules.ts'

/** What a kiosk runs on every frame. */
export const kioskTask = task
