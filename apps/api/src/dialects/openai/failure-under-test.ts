import { APIError } from 'openai'

/** The error that OpenAI's client throws; anything else fails the test. */
export async function failure(work: Promise<unknown>): Promise<APIError> {
  const thrown: unknown = await work.then(
    () => undefined,
    error => error,
  )
  if (thrown instanceof APIError) return thrown
  throw new Error(`expected the client to throw, it gave ${String(thrown)}`)
}
