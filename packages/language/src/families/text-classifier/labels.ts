/** Names of labels that say that nothing is wrong, in small letters and digits alone. */
const harmless = new Set([
  ...[
    'ok',
    'okay',
    'safe',
    'benign',
    'clean',
    'neutral',
    'normal',
    'none',
    'acceptable',
    'appropriate',
    'sfw',
    'legit',
  ],
  ...['nontoxic', 'nottoxic', 'nonhate', 'nothate', 'nohate', 'noharm', 'harmless', 'nonhateful', 'nonoffensive'],
  ...['notoffensive', 'noninjection', 'noinjection', 'nonviolent', 'nonsexual', 'nothateful', 'notspam', 'ham'],
])

/** Whom a text speaks of, which classifiers that were trained not to mind tell beside the rest: that is nothing wrong. */
const mentioned = new Set([
  ...['male', 'female', 'homosexualgayorlesbian', 'christian', 'jewish', 'muslim', 'black', 'white'],
  'psychiatricormentalillness',
])

const unnamed = /^label_\d+$/i

/** What a classifier says of a text. */
export interface Label {
  name: string
  /** `fine`: the more of it, the less is wrong. `mention`: neither good nor bad. */
  kind: 'harm' | 'fine' | 'mention'
}

/** The labels in the order of the graph's output; undefined where some have no name or stand twice. */
export function readLabels(id2label: Readonly<Record<string, string>> = {}): Label[] | undefined {
  const names = Object.keys(id2label).map((_, index) => id2label[index])
  const labels = names.flatMap(name => (name === undefined || unnamed.test(name) ? [] : [{ name, kind: kindOf(name) }]))
  return labels.length === names.length && new Set(names).size === names.length ? labels : undefined
}

function kindOf(name: string): Label['kind'] {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  if (harmless.has(plain)) return 'fine'
  return mentioned.has(plain) ? 'mention' : 'harm'
}
