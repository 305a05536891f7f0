export {
  availableMemory,
  candidates,
  type DeviceSettings,
  laneOf,
  probeDevices,
  takesDevice,
} from './devices.ts'
export { fit, type Need } from './fit.ts'
export { type Grant, Ledger, type TurnLane } from './ledger.ts'
export { releaseMemory } from './release-memory.ts'
