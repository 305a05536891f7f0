import { AppError } from '@hearth/contract'

/** @throws AppError `invalid-input` unless it is an address of RTSP or a reference to a file. */
export function requireSource(source: string): void {
  if (/^(upload|output):/.test(source)) return
  const address = URL.canParse(source) ? new URL(source) : undefined
  // Whatever is no plain character could mean something to one of those who read it, and something else to another.
  if (address && /^rtsps?:$/.test(address.protocol) && address.hostname !== '' && /^[\x21-\x7e]+$/.test(source)) return
  throw new AppError('invalid-input', 'source: expected rtsp://, rtsps:// or the reference of a video', {
    path: ['source'],
    hint: 'Such as rtsp://user:password@192.168.1.20:554/stream1, or upload:<id> of a video.',
  })
}

/** The source as it may be shown: without password, and without what follows the path. */
export function shownSource(source: string): string {
  if (!/^rtsps?:/.test(source)) return source
  const { protocol, username, password, host, pathname, search } = new URL(source)
  const user = username === '' ? '' : `${username}${password === '' ? '' : ':***'}@`
  return `${protocol}//${user}${host}${pathname}${search === '' ? '' : '?***'}`
}
