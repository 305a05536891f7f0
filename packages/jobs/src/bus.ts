import { type JobEvent, jobEvent } from '@hearth/contract'
import type { Redis } from 'ioredis'
import { connectSubscriber, type OnFault } from './connection.ts'

export type EventListener = (event: JobEvent) => void
export type CancelListener = (job: string) => void

/**
 * What is happening now, to whoever listens. Nothing is kept: a listener that was away is told that it missed
 * something (`onGap`) and reads the events from the store.
 */
export interface Bus {
  /** Sends without waiting. While the server is away events are dropped, and listeners are told of the gap later. */
  publish(event: JobEvent): void
  /** Asks the worker that runs the job to look at it. */
  publishCancel(job: string): void
  /** Returns what ends the subscription. `onGap` is called after any time in which events may have been missed. */
  subscribe(listener: EventListener, onGap?: () => void): () => void
  subscribeCancel(listener: CancelListener, onGap?: () => void): () => void
  /** Resolves when the server has confirmed the subscriptions. */
  listening(): Promise<void>
  close(): Promise<void>
}

const resync = '"resync"'

export function openBus(options: { redis: Redis; redisUrl: string; prefix: string; onFault: OnFault }): Bus {
  const { redis, redisUrl, prefix, onFault } = options
  const channels = { events: `${prefix}:events`, cancel: `${prefix}:cancel` }
  const listeners = {
    events: new Set<{ hear: EventListener; onGap: (() => void) | undefined }>(),
    cancel: new Set<{ hear: CancelListener; onGap: (() => void) | undefined }>(),
  }
  let subscriber: Redis | undefined
  let subscribed = Promise.withResolvers<void>()
  let missed = false

  function send(channel: string, text: string): void {
    redis.publish(channel, text).then(tellMissed, error => {
      if (!missed) onFault({ doing: 'publish an event', error })
      missed = true
    })
  }

  /** The server answers: whoever listens has to read what was not sent. */
  function tellMissed(): void {
    if (!missed) return
    missed = false
    send(channels.events, resync)
    send(channels.cancel, resync)
  }

  redis.on('ready', tellMissed)

  function tellGap(): void {
    for (const { onGap } of [...listeners.events, ...listeners.cancel]) onGap?.()
  }

  function hear(channel: string, text: string): void {
    try {
      if (text === resync) {
        for (const { onGap } of channel === channels.events ? listeners.events : listeners.cancel) onGap?.()
      } else if (channel === channels.cancel) {
        for (const { hear } of listeners.cancel) hear(text)
      } else {
        const event = jobEvent.parse(JSON.parse(text))
        for (const { hear } of listeners.events) hear(event)
      }
    } catch (error) {
      // Thrown on, it would end the process for one bad message.
      onFault({ doing: 'take in an event from the bus', error })
    }
  }

  function listen(): void {
    if (subscriber) return
    const made = connectSubscriber(redisUrl, onFault)
    subscriber = made
    made.on('message', hear)
    let first = true
    made.on('ready', () => {
      made.subscribe(channels.events, channels.cancel).then(
        () => {
          subscribed.resolve()
          if (!first) tellGap()
          first = false
        },
        // The connection broke again; its next `ready` subscribes.
        error => onFault({ doing: 'subscribe to events', error }),
      )
    })
    made.on('close', () => {
      subscribed = Promise.withResolvers()
    })
  }

  return {
    publish: event => send(channels.events, JSON.stringify(event)),
    publishCancel: job => send(channels.cancel, job),
    subscribe(hear, onGap) {
      const entry = { hear, onGap }
      listeners.events.add(entry)
      listen()
      return () => listeners.events.delete(entry)
    },
    subscribeCancel(hear, onGap) {
      const entry = { hear, onGap }
      listeners.cancel.add(entry)
      listen()
      return () => listeners.cancel.delete(entry)
    },
    listening: () => subscribed.promise,
    async close() {
      subscriber?.disconnect()
    },
  }
}
