import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Load } from '@hearth/contract'
import { type OnnxSession, openSession } from '@hearth/runtime/onnx'
import { task } from '../../read-text/spec.ts'
import { findFiles } from './layout.ts'
import { readText } from './read-text.ts'

/** Opens detector, recogniser and direction classifier; frees those already open if one cannot be loaded. */
export const load: Load = async ({ dir }, placement) => {
  const files = findFiles(await readdir(dir))
  if (!files) {
    throw new AppError('model-broken', `${dir} lacks a detector, a recogniser or a list of characters`, {
      hint: 'Pull the model again.',
    })
  }
  const characters = (await readFile(join(dir, files.characters), 'utf8')).replace(/\r?\n$/, '').split(/\r?\n/)
  const sessions: OnnxSession[] = []
  const open = async (name: string) => {
    const session = await openSession(join(dir, name), placement)
    sessions.push(session)
    return session
  }
  const dispose = async () => {
    for (const session of sessions) await session.dispose()
  }
  try {
    const detector = await open(files.detector)
    const recogniser = await open(files.recogniser)
    const direction = files.direction === undefined ? undefined : await open(files.direction)
    return { tasks: { [task.id]: readText({ detector, recogniser, direction, characters }) }, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}
