/** The pages of the bar. `letter` is pressed after `g`. */
export const places = [
  { name: 'create', href: '/', letter: 'c' },
  { name: 'gallery', href: '/gallery/', letter: 'g' },
  { name: 'jobs', href: '/jobs/', letter: 'j' },
  { name: 'models', href: '/models/', letter: 'm' },
  { name: 'system', href: '/system/', letter: 's' },
  { name: 'keys', href: '/keys/', letter: 'k' },
] as const
