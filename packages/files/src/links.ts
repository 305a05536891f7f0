import { createHmac, timingSafeEqual } from 'node:crypto'

/** A path with an expiry and a signature: whoever holds it may read that path until then, without a key. */
export function signLink(secret: string, path: string, expires: Date): string {
  const until = Math.floor(expires.getTime() / 1000)
  return `${path}?expires=${until}&signature=${sign(secret, path, until)}`
}

/** Whether `expires` and `signature`, as found in the query, were made for this path and still hold. */
export function verifyLink(
  secret: string,
  path: string,
  query: { expires?: string; signature?: string },
  now = new Date(),
): boolean {
  if (!query.expires || !query.signature || !/^\d{1,12}$/.test(query.expires)) return false
  const until = Number(query.expires)
  if (until * 1000 < now.getTime()) return false
  const expected = Buffer.from(sign(secret, path, until))
  const given = Buffer.from(query.signature)
  return expected.length === given.length && timingSafeEqual(expected, given)
}

function sign(secret: string, path: string, until: number): string {
  return createHmac('sha256', secret).update(`link\n${path}\n${until}`).digest('base64url')
}
