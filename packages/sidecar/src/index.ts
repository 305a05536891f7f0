export { type EnvironmentView, environmentNames, findEnvironment, usablePython } from './environment.ts'
export { makeEnvironment } from './make-environment.ts'
export { type Sidecar, type SidecarRun, startSidecar } from './sidecar.ts'
