import type { Command } from '../command.ts'

/** All commands, in the order of the help. Each is read when it is called: a running supervisor carries none of the rest. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).start,
  stop: async () => (await import('./stop.ts')).stop,
  status: async () => (await import('./status.ts')).status,
  doctor: async () => (await import('./doctor.ts')).doctor,
  run: async () => (await import('./run.ts')).run,
  pull: async () => (await import('./pull.ts')).pull,
  setup: async () => (await import('./setup.ts')).setup,
  models: async () => (await import('./models.ts')).models,
  key: async () => (await import('./key.ts')).key,
  backup: async () => (await import('./backup.ts')).backup,
  restore: async () => (await import('./restore.ts')).restore,
  door: async () => (await import('./door.ts')).door,
}
