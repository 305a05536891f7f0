import type { QueryClient, QueryKey } from '@tanstack/react-query'

/** Between two refreshes of the same answers, in milliseconds. */
const rest = 500

interface Turn {
  again: boolean
  timer: ReturnType<typeof setTimeout>
}
const turns = new WeakMap<QueryClient, Map<string, Turn>>()

/**
 * Asks again for these answers: at once, and while more reasons come in, at most twice a second. Hundreds of events
 * must not become hundreds of requests.
 */
export function refresh(client: QueryClient, queryKey: QueryKey): void {
  const own = turns.get(client) ?? new Map<string, Turn>()
  turns.set(client, own)
  const name = JSON.stringify(queryKey)
  const turn = own.get(name)
  if (turn) {
    turn.again = true
    return
  }
  const timer = setTimeout(() => {
    const { again } = own.get(name) ?? { again: false }
    own.delete(name)
    if (again) refresh(client, queryKey)
  }, rest)
  own.set(name, { again: false, timer })
  void client.invalidateQueries({ queryKey })
}
