import type { NewFile, OutputFile } from '@hearth/contract'
import { type JobPlace, outputFolder, outputPath, removeOutputs, type Staging, stage, sweepStaging } from './outputs.ts'
import { oldUploads, removeUpload, storeUpload, uploadPath } from './uploads.ts'

export { renameDurably, syncFolder, writeDurably } from './durable.ts'
export { signLink, verifyLink } from './links.ts'
export { type JobPlace, jobFile, type Staging } from './outputs.ts'
export { makeKeyFile, readSecret } from './secret.ts'
export type { NewFile, OutputFile }

export type Files = ReturnType<typeof createFiles>

/** The data roots as seen by the rest: names go in, paths inside a root come out. */
export function createFiles(config: { roots: { outputs: string; uploads: string } }) {
  const { outputs, uploads } = config.roots
  return {
    stage: (job: JobPlace, attempt: number): Staging => stage(outputs, job, attempt),
    outputFolder: (job: JobPlace) => outputFolder(outputs, job),
    outputPath: (job: JobPlace, name: string) => outputPath(outputs, job, name),
    removeOutputs: (job: JobPlace) => removeOutputs(outputs, job),
    sweepStaging: (isRunning: (job: string, attempt: number) => Promise<boolean>) => sweepStaging(outputs, isRunning),
    storeUpload: (bytes: Uint8Array) => storeUpload(uploads, bytes),
    uploadPath: (id: string) => uploadPath(uploads, id),
    oldUploads: (before: Date) => oldUploads(uploads, before),
    removeUpload: (id: string) => removeUpload(uploads, id),
  }
}

/** An input reference (`mediaInput`) taken apart. */
export function parseReference(reference: string): { upload: string } | { job: string; name: string } {
  const [kind, rest = ''] = reference.split(/:(.*)/s)
  if (kind === 'upload') return { upload: rest }
  const [job = '', name = ''] = rest.split('/')
  return { job, name }
}
