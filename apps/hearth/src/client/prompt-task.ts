import { AppError } from '@hearth/contract'
import type { Client } from './api.ts'

/** The task that makes something out of a prompt and nothing else. */
export async function promptTask(client: Client): Promise<string> {
  const tasks = await client.tasks()
  const able = tasks.find(
    task => task.capability === 'create' && task.lanes.includes('batch') && task.input.required.join() === 'prompt',
  )
  if (able) return able.id
  throw new AppError('not-found', 'No task here makes a picture from a prompt alone.', {
    hint: `There are: ${tasks.map(task => task.id).join(', ')}. Use \`hearth run\`.`,
  })
}
