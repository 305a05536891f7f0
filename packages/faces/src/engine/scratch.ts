/** Arrays that are used again: fresh ones of this size would keep the garbage collector busier than the models. */
export interface Scratch {
  /** Lends an array of this length for as long as `use` runs. It holds whatever was left in it. */
  lend<T>(length: number, use: (array: Float32Array) => Promise<T>): Promise<T>
}

export function createScratch(): Scratch {
  const free = new Map<number, Float32Array[]>()
  return {
    async lend(length, use) {
      const shelf = free.get(length) ?? []
      free.set(length, shelf)
      const array = shelf.pop() ?? new Float32Array(length)
      try {
        return await use(array)
      } finally {
        shelf.push(array)
      }
    },
  }
}
