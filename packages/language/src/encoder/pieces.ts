/** How a long document is cut. */
export interface Cut {
  /** Tokens of a piece at most. */
  room: number
  /** Tokens that neighbours share; less than `room`. */
  overlap: number
  /** Pieces at most; what comes after them is left out. */
  most: number
}

/** A document in pieces that the model can read; a short one is one piece. */
export function cutPieces(tokens: readonly number[], { room, overlap, most }: Cut): (readonly number[])[] {
  const pieces: (readonly number[])[] = []
  for (let start = 0; pieces.length < most; start += room - overlap) {
    pieces.push(tokens.slice(start, start + room))
    if (start + room >= tokens.length) break
  }
  return pieces
}
