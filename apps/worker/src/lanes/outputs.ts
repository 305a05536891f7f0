import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Checkpoint, type NewFile, type OutputFile } from '@hearth/contract'
import { type Files, type JobPlace, jobFile, type Staging } from '@hearth/files'
import type { JobRow } from '@hearth/store'

/** What is written about a finished job beside its outputs, so that a folder explains itself without the database. */
export interface JobRecord {
  row: JobRow
  checkpoint: Checkpoint
  device: string
  /** Version of Hearth. */
  version: string
  output: unknown
  outputs: OutputFile[]
  startedAt: Date
  /** Seconds; absent when the model was in memory already. */
  loadSeconds: number | undefined
  runSeconds: number
}

export function placeOf(row: Pick<JobRow, 'id' | 'createdAt'>): JobPlace {
  return { id: row.id, created_at: row.createdAt }
}

/** The content of `job.json`. */
export function describeJob(record: JobRecord): Record<string, unknown> {
  const { row, checkpoint, output, outputs } = record
  const seed = seedOf(output) ?? seedOf(row.input)
  return {
    id: row.id,
    task: row.task,
    model: { id: checkpoint.id, family: checkpoint.family, digest: checkpoint.digest, licence: checkpoint.licence.id },
    owner: row.owner,
    attempt: row.attempt,
    input: row.input,
    ...(seed === undefined ? {} : { seed }),
    output,
    outputs,
    device: record.device,
    versions: { hearth: record.version, node: process.versions.node },
    timings: {
      created_at: row.createdAt.toISOString(),
      started_at: record.startedAt.toISOString(),
      finished_at: new Date().toISOString(),
      load_seconds: record.loadSeconds ?? null,
      run_seconds: record.runSeconds,
    },
  }
}

/** The seed that was drawn stands in the output, the one that was asked for in the input. */
function seedOf(value: unknown): number | undefined {
  const seed = typeof value === 'object' && value !== null && 'seed' in value ? value.seed : undefined
  return typeof seed === 'number' && seed >= 0 ? seed : undefined
}

/** Keeps one file of an attempt. @throws AppError `insufficient-storage` when the disk is full. */
export async function keepFile(staging: Staging, file: NewFile): Promise<OutputFile> {
  return staging.put(file).catch(refuseFullDisk)
}

/**
 * Moves an attempt's files to their place.
 * @throws AppError `conflict` where a later attempt was there first, `insufficient-storage` when the disk is full.
 */
export async function commitOutputs(files: Files, staging: Staging, record: JobRecord): Promise<void> {
  const committed = await committedAttempt(files, record.row)
  if (committed !== undefined && committed > record.row.attempt) {
    throw new AppError('conflict', `attempt ${committed} of job ${record.row.id} has finished already`)
  }
  await staging.commit(describeJob(record)).catch(refuseFullDisk)
}

/** Takes back what this attempt committed, unless a later one has replaced it. */
export async function retractOutputs(files: Files, row: JobRow): Promise<void> {
  if ((await committedAttempt(files, row)) === row.attempt) await files.removeOutputs(placeOf(row))
}

function refuseFullDisk(cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code !== 'ENOSPC' && code !== 'EDQUOT') throw cause
  throw new AppError('insufficient-storage', 'the disk is full: the outputs cannot be kept', {
    hint: 'Delete jobs or models that are not needed, then try again. `hearth doctor` shows the space.',
    cause,
  })
}

async function committedAttempt(files: Files, row: JobRow): Promise<number | undefined> {
  try {
    const text = await readFile(join(files.outputFolder(placeOf(row)), jobFile), 'utf8')
    const { attempt } = JSON.parse(text) as { attempt: number }
    return attempt
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
