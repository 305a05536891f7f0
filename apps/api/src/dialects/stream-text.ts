export interface StreamedText<T> {
  contentType: string
  /** What is sent for one item. */
  write(item: T): string
  /** What is sent last of all, whether it went well or not. */
  last?: string
  /** What is sent where the iteration throws: the body never ends as if all were said. */
  fault(thrown: unknown): string
}

/** A body made of what an iterable gives, for dialects whose streams are no events. The reader's leaving ends the iteration. */
export function streamText<T>(items: AsyncIterable<T>, { contentType, write, last, fault }: StreamedText<T>): Response {
  async function* pieces(): AsyncGenerator<string> {
    try {
      for await (const item of items) {
        const text = write(item)
        if (text !== '') yield text
      }
    } catch (thrown) {
      yield fault(thrown)
    }
    if (last !== undefined) yield last
  }
  const encoder = new TextEncoder()
  const texts = pieces()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await texts.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: async () => {
      await texts.return(undefined)
    },
  })
  return new Response(body, {
    headers: {
      'content-type': contentType,
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  })
}
