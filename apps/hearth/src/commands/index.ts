import type { Command } from '../command.ts'
import { backup } from './backup.ts'
import { doctor } from './doctor.ts'
import { door } from './door.ts'
import { key } from './key.ts'
import { models } from './models.ts'
import { pull } from './pull.ts'
import { restore } from './restore.ts'
import { run } from './run.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [start, stop, status, doctor, run, pull, models, key, backup, restore, door]
