import { openAsBlob } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '@hearth/contract'
import { z } from 'zod'
import type { Client, TaskView } from './api.ts'

const objectOfJson = z.record(z.string(), z.json())

/**
 * A task's input out of `name=value` words and `@file.json`. What a value means is told by the task's schema, so that a
 * prompt of `42` stays text; files named for media fields are uploaded.
 * @throws AppError invalid-input naming the word.
 */
export async function readInput(
  words: readonly string[],
  task: TaskView,
  client: Pick<Client, 'upload'>,
): Promise<Record<string, unknown>> {
  const input: Record<string, unknown> = {}
  for (const word of words) {
    if (word.startsWith('@')) {
      Object.assign(input, await readObject(word.slice(1)))
      continue
    }
    const [name = '', value] = word.split(/=(.*)/s)
    if (value === undefined) throw wrong(`--input ${word}: expected NAME=VALUE or @FILE.`)
    input[name] = await readValue(name, value, task.input.properties[name], client)
  }
  return input
}

async function readValue(
  name: string,
  text: string,
  schema: Record<string, unknown> | undefined,
  client: Pick<Client, 'upload'>,
): Promise<unknown> {
  const isFile = text.startsWith('@')
  if (isFile && isMedia(schema)) {
    const path = text.slice(1)
    const file = await readMedia(name, path)
    return `upload:${await client.upload(file, basename(path))}`
  }
  const value = isFile ? await readText(text.slice(1)) : text
  return isText(schema) ? value : parse(value)
}

async function readMedia(name: string, path: string): Promise<Blob> {
  try {
    return await openAsBlob(path)
  } catch (cause) {
    throw wrong(`--input ${name}: ${path} cannot be read: ${(cause as Error).message}`)
  }
}

async function readObject(path: string): Promise<Record<string, unknown>> {
  const parsed = objectOfJson.safeParse(parse(await readText(path)))
  if (parsed.success) return parsed.data
  throw wrong(`${path} does not hold a JSON object.`)
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw wrong(`${path} cannot be read: ${(cause as Error).message}`)
  }
}

/** A number, true, false, a list or an object where it reads as one; else the text itself. The server checks it. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const isMedia = (schema: Record<string, unknown> | undefined) => JSON.stringify(schema ?? {}).includes('"media":')
const isText = (schema: Record<string, unknown> | undefined) => schema?.type === 'string'

function wrong(message: string): AppError {
  return new AppError('invalid-input', message, { hint: 'hearth run --help' })
}
