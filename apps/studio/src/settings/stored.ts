import { useCallback, useSyncExternalStore } from 'react'

const cache = new Map<string, { text: string | null; value: unknown }>()
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

/** What this browser keeps under `hearth.<name>`; undefined when it keeps nothing that can be read. */
export function readStored<T>(name: string): T | undefined {
  const text = localStorage.getItem(`hearth.${name}`)
  const known = cache.get(name)
  if (known && known.text === text) return known.value as T | undefined
  const value = parse(text)
  cache.set(name, { text, value })
  return value as T | undefined
}

function parse(text: string | null): unknown {
  if (text === null) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // Written by hand or by another version: as good as absent, and overwritten by the next change.
    return undefined
  }
}

export function writeStored<T>(name: string, value: T | undefined): void {
  if (value === undefined) localStorage.removeItem(`hearth.${name}`)
  else localStorage.setItem(`hearth.${name}`, JSON.stringify(value))
  for (const listener of listeners) listener()
}

/** A setting of this browser, the same in every tab. */
export function useStored<T>(name: string, initial: T): [T, (change: T | ((before: T) => T)) => void] {
  const value = useSyncExternalStore(
    subscribe,
    () => readStored<T>(name),
    () => undefined,
  )
  const set = useCallback(
    (change: T | ((before: T) => T)) => {
      const before = readStored<T>(name) ?? initial
      writeStored(name, change instanceof Function ? change(before) : change)
    },
    [name, initial],
  )
  return [value ?? initial, set]
}
