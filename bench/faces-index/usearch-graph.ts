import { dimensions } from './random-faces.ts'
import { ms, share, time } from './timing.ts'

/** What of usearch is used here; it is no dependency of Hearth. */
interface Graph {
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void
  search(vector: Float32Array, count: number, threads: number): { keys: BigUint64Array }
}

export async function searchGraph(
  people: readonly Float32Array[],
  asked: readonly { vector: Float32Array }[],
  truth: readonly string[],
  print: (line: string) => void,
): Promise<{ p50: number; recall: number } | undefined> {
  const create = await findUsearch()
  if (!create) {
    print('usearch is not installed: no peer')
    return undefined
  }
  const index = create({
    metric: 'ip',
    connectivity: 16,
    dimensions,
    quantization: 'f16',
    expansion_add: 128,
    expansion_search: 64,
  })
  const began = performance.now()
  for (const [who, vector] of people.entries()) index.add(BigUint64Array.of(BigInt(who)), vector, 1)
  const built = performance.now() - began
  const { answers, p50 } = time(
    asked.map(
      ({ vector }) =>
        () =>
          String(index.search(vector, 1, 1).keys[0]),
    ),
  )
  const recall = share(answers, truth)
  print(
    `usearch (HNSW, 16 links, 64 looked at): built within ${ms(built)}, p50 ${p50.toFixed(3)} ms, recall@1 ${recall}`,
  )
  return { p50, recall }
}

async function findUsearch(): Promise<((options: object) => Graph) | undefined> {
  // By a name that the compiler does not follow.
  const name = 'usearch'
  try {
    const module = (await import(name)) as { default: { Index: new (options: object) => Graph } }
    return options => new module.default.Index(options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
