import { AppError } from '@hearth/contract'
import { responses } from '@hearth/store'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { toReference } from '../../intake/store-media.ts'
import { type ConversationItem, conversationItem, type InputItem, type ItemPart } from './responses-items.ts'

const prefix = 'resp_'
const itemIds = /^[a-z]+_([0-9a-f]{32})_\w+$/

/** Names of an answer's items tell which answer has them, so that they are found without a search. */
export const itemId = (response: string, kind: string, index: number | string) =>
  `${kind}_${response.slice(prefix.length)}_${index}`

export const responseId = () => `${prefix}${crypto.randomUUID().replaceAll('-', '')}`

type Row = NonNullable<Awaited<ReturnType<typeof responses.get>>>

/** @throws AppError `not-found`. */
export async function keptResponse({ store }: ApiDeps, owner: string, id: string): Promise<Row> {
  const row = await responses.get(store, { id, owner })
  if (row) return row
  throw unknown(`there is no response ${id}`)
}

/** What was said up to the end of an answer. @throws AppError `not-found`. */
export async function itemsUpTo({ store }: ApiDeps, owner: string, id: string): Promise<ConversationItem[]> {
  const rows = await responses.thread(store, { id, owner })
  const [first] = rows
  if (!first) throw unknown(`there is no response ${id}`, 'previous_response_id')
  if (first.previous !== null) {
    throw unknown(`response ${id} goes on from ${first.previous}, which is kept no longer`, 'previous_response_id')
  }
  // A call that was cut off is no call.
  return rows.flatMap(itemsOf).filter(item => item.type !== 'function_call' || item.status !== 'incomplete')
}

/** The same items, each with a name, what is referred to in its place, and with pictures that are stored. @throws AppError. */
export function resolveItems(
  deps: ApiDeps,
  owner: string,
  response: string,
  items: readonly InputItem[],
): Promise<ConversationItem[]> {
  return Promise.all(
    items.map(async (item, index) => {
      if (item.type === 'item_reference') return keptItem(deps, owner, item.id)
      const named = { ...item, id: item.id ?? itemId(response, kinds[item.type], `in${index}`) }
      return withStored(deps, owner, named, index)
    }),
  )
}

const kinds = { message: 'msg', function_call: 'fc', function_call_output: 'fco', reasoning: 'rs' } as const

async function withStored(
  deps: ApiDeps,
  owner: string,
  item: ConversationItem,
  index: number,
): Promise<ConversationItem> {
  const stored = async (part: ItemPart): Promise<ItemPart> => {
    if (part.type !== 'input_image') return part
    try {
      return { ...part, image_url: await toReference(deps, owner, 'image', part.image_url) }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      throw AppError.from({ ...error.report(), path: ['input', index] })
    }
  }
  if (item.type === 'message') return { ...item, content: await Promise.all(item.content.map(stored)) }
  if (item.type === 'function_call_output') return { ...item, output: await Promise.all(item.output.map(stored)) }
  return item
}

async function keptItem({ store }: ApiDeps, owner: string, id: string): Promise<ConversationItem> {
  const response = itemIds.exec(id)?.[1]
  const row = response === undefined ? undefined : await responses.get(store, { id: `${prefix}${response}`, owner })
  const item = row && itemsOf(row).find(item => item.id === id)
  if (item) return item
  throw unknown(`there is no item ${id}`, 'input')
}

const kept = z.object({ input: z.array(conversationItem), body: z.object({ output: z.array(conversationItem) }) })

/** What was asked and what was answered. */
function itemsOf(row: Row): ConversationItem[] {
  const { input, body } = kept.parse(row)
  return [...input, ...body.output]
}

function unknown(message: string, field?: string): AppError {
  return new AppError('not-found', message, {
    hint: 'Answers are kept for 30 days, and not at all with store: false. Send the conversation itself.',
    ...(field === undefined ? {} : { path: [field] }),
  })
}
