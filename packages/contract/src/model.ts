import { z } from 'zod'

export const modelStates = ['installed', 'available', 'pulling', 'broken'] as const

/** A model as every door shows it: of the catalogue, on this machine, or both. */
export const modelView = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  aliases: z.array(z.string()),
  /** Null where no family recognises the folder. */
  family: z.string().nullable(),
  /** Ids of the tasks it serves; before it is installed, those of its family. */
  tasks: z.array(z.string()),
  /** Those of them for which it is taken when a request names no model. */
  default_for: z.array(z.string()),
  state: z.enum(modelStates),
  /** Why it is broken; null otherwise. */
  reason: z.string().nullable(),
  /** What its owner should know, such as files that are ignored. */
  notes: z.array(z.string()),
  /** `builtin`: needs no files. `repo`: used in place from the checkout. `pulled`: by Hearth. `folder`: put there by hand. */
  origin: z.enum(['builtin', 'repo', 'pulled', 'folder']).nullable(),
  /** Whether it can be taken away with the models' own means. */
  removable: z.boolean(),
  starter: z.boolean(),
  precision: z.enum(['fp32', 'fp16', 'int8', 'mixed']).nullable(),
  /** On disk if installed, else to be downloaded. */
  bytes: z.int().nonnegative(),
  /** sha256 of the model; `unverified` until computed, null unless installed. */
  digest: z.string().nullable(),
  licence: z.object({ id: z.string(), url: z.string().optional(), must_accept: z.boolean() }),
  defaults: z.record(z.string(), z.json()),
  example_prompts: z.array(z.string()),
  /** BCP 47 tags of what a voice speaks or an ear understands; empty where it is not known. */
  languages: z.array(z.string()),
  /** Where it can be had, in the order in which they are tried, such as `hf:stabilityai/sd-turbo`. */
  sources: z.array(z.string()),
  /** Bytes of a pull that runs or was interrupted; null otherwise. */
  pulled: z.object({ done: z.number(), total: z.number() }).nullable(),
})
export type ModelView = z.infer<typeof modelView>
