/** OpenAI's categories: an answer has all of them, whatever the model knows. */
export const openaiCategories = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const
export type OpenaiCategory = (typeof openaiCategories)[number]

/** What models call the same, in small letters and digits alone. */
const sameAs: Readonly<Record<OpenaiCategory, readonly string[]>> = {
  harassment: ['hr', 'toxic', 'toxicity', 'severetoxic', 'severetoxicity', 'insult', 'offensive', 'bullying'],
  'harassment/threatening': ['threat', 'threatening'],
  hate: ['h', 'hateful', 'hatespeech', 'identityhate', 'identityattack'],
  'hate/threatening': ['h2'],
  illicit: ['illegal', 'crime'],
  'illicit/violent': [],
  'self-harm': ['sh', 'suicide'],
  'self-harm/intent': [],
  'self-harm/instructions': [],
  sexual: ['s', 'sexualexplicit', 'sexuallyexplicit', 'nsfw'],
  'sexual/minors': ['s3'],
  violence: ['v', 'violent'],
  'violence/graphic': ['v2'],
}

const targets = new Map<string, OpenaiCategory>(
  openaiCategories.flatMap(category => [category, ...sameAs[category]].map(name => [plain(name), category] as const)),
)

/** OpenAI's name for a model's category; one that means something else keeps its own. */
export function categoryOf(label: string): string {
  return targets.get(plain(label)) ?? label
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}
