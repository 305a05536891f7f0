export { refuseAddress } from './address.ts'
export { causeText } from './connect.ts'
export {
  checkGuarded,
  createGuardedFetch,
  fetchGuarded,
  type Guard,
  type GuardedOptions,
  type GuardedResponse,
} from './guarded.ts'
export { fetchTrusted, type TrustedOptions, type TrustedResponse } from './trusted.ts'
