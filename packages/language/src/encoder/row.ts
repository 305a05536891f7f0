/** What a model reads: numbers of tokens, and of which of two texts each is. */
export interface Row {
  ids: readonly number[]
  types: readonly number[]
}
