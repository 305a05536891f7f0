/** Kinds of models in SiliconFlow's words, and the tasks that each serves. */
const kinds: Record<string, Record<string, readonly string[]>> = {
  text: { chat: ['chat'], embedding: ['embed-text'], reranker: ['rerank'] },
  image: { 'text-to-image': ['text-to-image'], 'image-to-image': ['image-to-image'] },
  audio: {
    'speech-to-text': ['transcribe', 'translate-speech'],
    'text-to-speech': ['synthesise-speech', 'clone-voice'],
  },
  video: { 'text-to-video': [], 'image-to-video': [] },
}

/** Those of the tasks that a list of models was narrowed to; a name of none of these kinds is a task's own. */
export function tasksOfKind(tasks: readonly string[], type?: string, subType?: string): readonly string[] {
  const ofType = type === undefined ? Object.values(kinds) : [kinds[type] ?? {}]
  const asked =
    subType === undefined
      ? ofType.flatMap(subTypes => Object.values(subTypes)).flat()
      : [...ofType.flatMap(subTypes => subTypes[subType] ?? []), ...(type === undefined ? [subType] : [])]
  return type === undefined && subType === undefined ? tasks : tasks.filter(id => asked.includes(id))
}
