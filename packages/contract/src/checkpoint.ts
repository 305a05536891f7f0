import { z } from 'zod'

const place = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('repo'), path: z.string() }).meta({ description: 'A folder of this repository.' }),
  z.object({
    kind: z.literal('hf'),
    id: z.string(),
    revision: z.string().default('main'),
    path: z.string().optional(),
  }),
  z.object({
    kind: z.literal('modelscope'),
    id: z.string(),
    revision: z.string().default('master'),
    path: z.string().optional(),
  }),
  z.object({ kind: z.literal('npm'), name: z.string(), version: z.string(), path: z.string() }),
  z.object({ kind: z.literal('pypi'), name: z.string(), version: z.string(), path: z.string() }),
  z.object({ kind: z.literal('file'), path: z.string() }).meta({ description: 'A folder on this machine.' }),
])
/** One place that holds files. */
export type Place = z.infer<typeof place>

const weightFile = z.object({
  path: z.string().meta({ description: 'Relative to the folder of the checkpoint.' }),
  bytes: z.int().nonnegative(),
  /** Absent only where the publisher gives none that could be checked in advance; then the first pull records it. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})

const source = z.discriminatedUnion('kind', [
  place,
  z
    .object({
      kind: z.literal('parts'),
      parts: z.array(z.object({ source: place, files: z.array(z.string()).min(1) })).min(2),
      /** Files that are published in pieces, in their order; the parts name the pieces in place of the whole. */
      joined: z.array(z.object({ path: z.string(), pieces: z.array(weightFile).min(2) })).default([]),
    })
    .meta({ description: 'Several places that hold the files between them; `files` names what comes from each.' }),
])
export type Source = z.infer<typeof source>

/** Known weights, as a family's `checkpoints.json` lists them. Adding one is data, never code. */
export const checkpointEntry = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  title: z.string(),
  description: z.string(),
  /** Other names under which clients ask for it. */
  aliases: z.array(z.string()).default([]),
  licence: z.object({ id: z.string(), url: z.string().optional(), must_accept: z.boolean().default(false) }),
  precision: z.enum(['fp32', 'fp16', 'int8', 'mixed']),
  /** Those of the family's tasks that these weights serve; absent: all. */
  tasks: z.array(z.string()).min(1).optional(),
  /** Sum of all files. */
  bytes: z.int().nonnegative(),
  /** Part of the starter pack: small, honest about its limits. */
  starter: z.boolean().default(false),
  /** Values that suit these weights, by field of the tasks' inputs (`width`, `steps`, `guidance_scale` ...). */
  defaults: z.record(z.string(), z.json()).default({}),
  /** Short prompts that show what the weights can do. */
  example_prompts: z.array(z.string()).default([]),
  /** BCP 47 tags of what a voice speaks or an ear understands; empty where it is not known. */
  languages: z.array(z.string()).default([]),
  sources: z.array(source),
  /** Empty: whatever the source's folder holds in the family's layout. */
  files: z.array(weightFile).default([]),
  /** Which of the source's files to take where `files` is empty; empty as well: all. Publishers keep many precisions. */
  paths: z.array(z.string()).default([]),
})
export type CheckpointEntry = z.infer<typeof checkpointEntry>

/** Weights on this machine that a family can load. Plain data: it crosses processes. */
export interface Checkpoint {
  id: string
  family: string
  title: string
  description: string
  aliases: string[]
  licence: CheckpointEntry['licence']
  precision: CheckpointEntry['precision']
  starter: boolean
  defaults: CheckpointEntry['defaults']
  example_prompts: string[]
  languages: string[]
  /** Absolute path of the folder; empty for a family's built-in checkpoint. */
  dir: string
  /** On disk. */
  bytes: number
  /** sha256 over the sorted lines `<file sha256>  <path>`; `unverified` until computed. */
  digest: string
  /** Ids of the tasks it serves, out of the family's. */
  tasks: string[]
}
