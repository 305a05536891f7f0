import { useSearchParams } from 'next/navigation'
import { useCallback } from 'react'

export type AddressPatch = Record<string, string | null>

/** The address with some of its parameters set or, by null, taken away. */
export function addressWith(patch: AddressPatch): string {
  const url = new URL(window.location.href)
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === '') url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  return `${url.pathname}${url.search}`
}

/** The view's state in its address: read it, or change it as a step that Back undoes (`push`) or in place. */
export function useAddress(): [URLSearchParams, (patch: AddressPatch, how?: 'push' | 'replace') => void] {
  const search = useSearchParams()
  const set = useCallback((patch: AddressPatch, how: 'push' | 'replace' = 'replace') => {
    const next = addressWith(patch)
    if (how === 'push') window.history.pushState(null, '', next)
    else window.history.replaceState(null, '', next)
  }, [])
  return [new URLSearchParams(search), set]
}
