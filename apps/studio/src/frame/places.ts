import type { Capability } from '@hearth/contract'

export interface Place {
  name:
    | 'create'
    | 'recognise'
    | 'cameras'
    | 'faces'
    | 'people'
    | 'attendance'
    | 'speak'
    | 'talk'
    | 'gallery'
    | 'jobs'
    | 'models'
    | 'system'
    | 'keys'
  href: string
  /** Pressed after `g`. */
  letter: string
  /** Whose tasks are done there. */
  capability?: Capability
  /** Reached from this other page rather than from the bar. */
  within?: Place['name']
  /** Left to the account menu where the bar is narrow. */
  rare?: boolean
}

export const places: readonly Place[] = [
  { name: 'create', href: '/', letter: 'c', capability: 'create' },
  { name: 'recognise', href: '/recognise/', letter: 'r', capability: 'recognise' },
  { name: 'cameras', href: '/cameras/', letter: 'v', within: 'recognise' },
  { name: 'faces', href: '/faces/', letter: 'f', capability: 'faces' },
  { name: 'people', href: '/people/', letter: 'p', within: 'faces' },
  { name: 'attendance', href: '/attendance/', letter: 'a', within: 'faces' },
  { name: 'speak', href: '/speak/', letter: 'h', capability: 'speak' },
  { name: 'talk', href: '/chat/', letter: 't', capability: 'language' },
  { name: 'gallery', href: '/gallery/', letter: 'g' },
  { name: 'jobs', href: '/jobs/', letter: 'j', rare: true },
  { name: 'models', href: '/models/', letter: 'm', rare: true },
  { name: 'system', href: '/system/', letter: 's', rare: true },
  { name: 'keys', href: '/keys/', letter: 'k', rare: true },
]

/** The page under this address. */
export function placeAt(path: string): Place | undefined {
  return places.find(place => place.href === path)
}

/** Whose panels a page shows: its own, or those of the page it belongs to. */
export function capabilityAt(path: string): Capability | undefined {
  const place = placeAt(path)
  return place?.capability ?? places.find(other => other.name === place?.within)?.capability
}

/** Where tasks of this capability are done. */
export function homeOf(capability: Capability | undefined): string {
  return places.find(place => place.capability === capability)?.href ?? '/'
}
