import { AppError } from '@hearth/contract'
import type { Client } from './api.ts'

/** The task that makes something out of a prompt and nothing else. */
export async function promptTask(client: Client): Promise<string> {
  const tasks = (await client.tasks()).filter(task => task.capability === 'create' && task.lanes.includes('batch'))
  for (const { id } of tasks) {
    const { required } = (await client.task(id)).input
    if (required.length === 1 && required[0] === 'prompt') return id
  }
  throw new AppError('not-found', 'No task here makes something from a prompt alone.', {
    hint: `There are: ${tasks.map(task => task.id).join(', ')}. Use \`hearth run\`.`,
  })
}
