/** Passes on at most one value per interval: the first at once, then the latest of each interval. */
export interface Thinned<T> {
  offer(value: T): void
  /** Passes on what is waiting, now. */
  flush(): void
}

export function thin<T>(milliseconds: number, pass: (value: T) => void): Thinned<T> {
  let waiting: { value: T } | undefined
  let timer: NodeJS.Timeout | undefined
  let last = Number.NEGATIVE_INFINITY

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (!waiting) return
    const { value } = waiting
    waiting = undefined
    last = performance.now()
    pass(value)
  }

  return {
    offer(value) {
      waiting = { value }
      const wait = last + milliseconds - performance.now()
      if (wait <= 0) flush()
      else timer ??= setTimeout(flush, wait)
    },
    flush,
  }
}
