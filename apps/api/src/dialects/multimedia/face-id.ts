/** What this dialect calls a registered person. */
export function faceIdOf(person: string): string {
  return `face_${person}`
}

/** The person behind it; undefined for what cannot be one. */
export function personOf(faceId: string): string | undefined {
  return /^face_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(faceId)?.[1]
}
