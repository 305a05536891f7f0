import { setTimeout as delay } from 'node:timers/promises'
import type { Instance } from './instance.ts'
import { between, pick, type Random } from './random.ts'

/** A job that was accepted, with what is known of how it must end. */
export interface Accepted {
  id: string
  task: string
  text: string
  bytes: number
  /** It throws at some step. */
  fails: boolean
  /** A cancel was asked for. */
  cancelled: boolean
}

export interface Load {
  accepted: Accepted[]
  /** Answers that should not have been given. */
  complaints: string[]
  /** Submissions repeated because an answer was lost or a part was down. */
  repeats(): number
  /** Ends the submitting; resolves when every submission has its answer. */
  stop(): Promise<void>
}

const submitters = 3
/** Jobs that are not over, beyond which nothing new is sent. */
const backlog = 120

interface Order {
  task: string
  body: { input: Record<string, unknown>; model?: string; priority?: string }
  fails: boolean
  cancel: boolean
}

/** Keeps submitting jobs of several kinds, each under an idempotency key until it is accepted, and cancels some. */
export function startLoad(instance: Instance, random: Random, isOver: (id: string) => boolean): Load {
  const accepted: Accepted[] = []
  const complaints: string[] = []
  let running = true
  let repeats = 0
  let number = 0

  const submit = async (order: Order) => {
    number += 1
    const headers = {
      ...authorised(instance),
      'content-type': 'application/json',
      'idempotency-key': `chaos-${number}`,
    }
    const body = JSON.stringify(order.body)
    for (;;) {
      const answer = await ask(`${instance.url}/api/v1/tasks/${order.task}/jobs`, { method: 'POST', headers, body })
      if (answer && answer.status < 300) return (JSON.parse(answer.text) as { id: string }).id
      if (answer && answer.status !== 503) {
        complaints.push(`submission answered ${answer.status}: ${answer.text.slice(0, 200)}`)
        if (answer.status < 500) return undefined
      }
      repeats += 1
      await delay(200)
    }
  }

  const submitter = async () => {
    while (running) {
      if (accepted.filter(({ id }) => !isOver(id)).length >= backlog) {
        await delay(50)
        continue
      }
      await delay(between(random, 50, 500))
      const order = nextOrder(random)
      const id = await submit(order)
      if (id === undefined) continue
      const { text = '', bytes = 0 } = order.body.input as { text?: string; bytes?: number }
      const job = { id, task: order.task, text, bytes, fails: order.fails, cancelled: order.cancel }
      accepted.push(job)
      if (order.cancel) await cancel(instance, id, random)
    }
  }
  const submitted = Promise.all(Array.from({ length: submitters }, submitter))
  return {
    accepted,
    complaints,
    repeats: () => repeats,
    async stop() {
      running = false
      await submitted
    },
  }
}

function nextOrder(random: Random): Order {
  const priority = pick(random, ['high', 'normal', 'normal', 'low'])
  const chance = random()
  const cancel = random() < 0.1
  if (chance < 0.06) {
    const input = { prompt: pick(random, ['red apple', 'a house', 'a cat']), steps: between(random, 2, 4) }
    return { task: 'text-to-image', body: { input, model: 'starter', priority }, fails: false, cancel }
  }
  const steps = between(random, 2, 15)
  const fails = chance > 0.93
  const input = {
    text: `chaos ${Math.floor(random() * 2 ** 32)}`,
    steps,
    step_ms: between(random, 1, 20),
    bytes: between(random, 0, 200_000),
    ...(fails ? { fail_at: steps } : {}),
  }
  return { task: 'echo', body: { input, priority }, fails, cancel }
}

async function cancel(instance: Instance, id: string, random: Random): Promise<void> {
  await delay(between(random, 0, 600))
  for (;;) {
    const answer = await ask(`${instance.url}/api/v1/jobs/${id}/cancel`, {
      method: 'POST',
      headers: authorised(instance),
    })
    if (answer && answer.status < 500) return
    await delay(200)
  }
}

export function authorised({ key }: Instance): Record<string, string> {
  return { authorization: `Bearer ${key}` }
}

/** Undefined when no answer came. */
export async function ask(url: string, init: RequestInit): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) })
    return { status: response.status, text: await response.text() }
  } catch {
    return undefined
  }
}
