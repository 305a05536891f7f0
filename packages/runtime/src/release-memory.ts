import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Gives memory that JavaScript no longer uses back to the system; takes some 50 ms. For long-lived processes, once
 * after start: loading programs leaves garbage of several times their size (200 MB after the database layer), which V8
 * would keep for growth that never comes.
 */
export function releaseMemory(): void {
  // The way to the collector in a process that was not started with the flag.
  setFlagsFromString('--expose-gc')
  const collect: NodeJS.GCFunction = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
