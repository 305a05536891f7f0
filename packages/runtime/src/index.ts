export {
  availableMemory,
  candidates,
  type DeviceSettings,
  laneOf,
  probeDevices,
  takesDevice,
} from './devices.ts'
export { fit, type Need } from './fit.ts'
export { type Grant, Ledger } from './ledger.ts'
export { releaseMemory } from './release-memory.ts'
