import { randomInt } from 'node:crypto'
import { AppError, toAppError } from '@hearth/contract'
import { kioskTask, type Visitor } from '@hearth/faces/kiosk'
import { inspectPicture } from '@hearth/media'
import { attendance } from '@hearth/store'
import type { Server, Socket } from 'socket.io'
import { z } from 'zod'
import { askAgain } from '../auth/ask-again.ts'
import type { Caller } from '../auth/caller.ts'
import { socketCaller } from '../auth/socket-caller.ts'
import type { Courier } from '../courier/courier.ts'
import type { ApiDeps } from '../deps.ts'
import { faultOf } from '../live-lane/check-frame.ts'
import { createEye } from './eye.ts'
import { faceOf, type KioskSettings, readKiosk } from './kiosk-settings.ts'
import { createSession } from './session.ts'

/** Bytes and pixels of one frame. */
export const largestFrame = 2 * 2 ** 20
const largestPicture = 4096 * 4096
/** Milliseconds: how often time goes on without frames, and settings are looked up. */
const tick = 250
const look = 5000
/** States that may wait for a reader who does not read. */
const tooSlow = 200
/** Seconds: a door opens while somebody stands before it, or not at all. */
const doorLife = 30
const day = 24 * 3600

const frameMessage = z.tuple([
  z.int().min(0),
  z.instanceof(Uint8Array).refine(bytes => bytes.byteLength > 0 && bytes.byteLength <= largestFrame),
])

/**
 * Namespace `/kiosk`: a page with a camera sends `frame(number, bytes)`; it is told `settings` and `state`, and
 * `problem` about a frame that cannot be read. One visitor's turn is one session of one socket; no frame is kept.
 */
export function serveKiosks(deps: ApiDeps, io: Server, courier: Courier): void {
  const kiosks = io.of('/kiosk')
  kiosks.use((socket, next) => {
    callerOf(deps, socket).then(
      caller => {
        socket.data.caller = caller
        next()
      },
      error => next(Object.assign(new Error(toAppError(error).message), { data: toAppError(error).report() })),
    )
  })
  kiosks.on('connection', socket => {
    const { caller } = socket.data as { caller: Caller }
    readKiosk(deps.store, caller.owner).then(
      settings => socket.connected && serve({ deps, socket, caller, courier, settings }),
      error => {
        deps.log.warn({ error }, 'a kiosk cannot be served')
        socket.disconnect(true)
      },
    )
  })
}

function callerOf(deps: ApiDeps, socket: Socket): Promise<Caller> {
  const given = z.object({ key: z.string().max(500) }).safeParse(socket.handshake.auth)
  return socketCaller(deps, socket.request, given.success ? given.data.key : undefined, 'kiosk')
}

interface Served {
  deps: ApiDeps
  socket: Socket
  caller: Caller
  courier: Courier
  settings: KioskSettings
}

function serve(served: Served): void {
  const { deps, socket, caller } = served
  let { settings } = served
  let unread = 0
  socket.conn.on('drain', () => {
    unread = 0
  })
  const eye = createEye(deps.live, caller.owner)
  const session = createSession({
    look: async (bytes, fresh) => {
      await inspectPicture(bytes, { maxPixels: largestPicture })
      const { collection, threshold } = settings
      const input = { collection, max_faces: 5, ...(threshold === null ? {} : { threshold }) }
      return kioskTask.output.parse(await eye.look(kioskTask.id, input, { bytes, fresh }))
    },
    rules: () => settings,
    now: () => performance.now() / 1000,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    show(view) {
      unread += 1
      if (unread > tooSlow) socket.disconnect(true)
      else socket.emit('state', view)
    },
    problem: (frame, error) => socket.emit('problem', { frame, error: error.report() }),
    granted: (visitor, challenged) => note(served, settings, visitor, challenged),
    refused: (reason, person) => tell(served, 'kiosk.refused', { person, reason }, day),
  })
  socket.emit('settings', faceOf(settings))
  socket.on('frame', (...message: unknown[]) => {
    const parsed = frameMessage.safeParse(message)
    const fault = parsed.success ? faultOf(parsed.data[1], largestFrame) : notAFrame()
    if (fault) socket.emit('problem', { ...(parsed.success && { frame: parsed.data[0] }), error: fault.report() })
    else if (parsed.success) session.frame(...parsed.data)
  })
  const timers = [setInterval(() => session.tick(), tick), setInterval(() => void renew(), look)]
  for (const timer of timers) timer.unref()
  // A kiosk is connected for months: a key that was revoked meanwhile ends it.
  const stop = askAgain(
    () => callerOf(deps, socket),
    () => socket.disconnect(true),
  )
  socket.on('disconnect', () => {
    stop()
    for (const timer of timers) clearInterval(timer)
    session.close()
    eye.close()
  })

  async function renew(): Promise<void> {
    try {
      const before = JSON.stringify(faceOf(settings))
      settings = await readKiosk(deps.store, caller.owner)
      if (JSON.stringify(faceOf(settings)) !== before) socket.emit('settings', faceOf(settings))
    } catch (error) {
      deps.log.debug({ error }, 'the settings of a kiosk could not be looked up; later')
    }
  }
}

function note(served: Served, settings: KioskSettings, visitor: Visitor, challenged: boolean): void {
  const { deps, caller } = served
  const { person, similarity } = visitor
  const entry = { owner: caller.owner, person: person.id, kiosk: caller.key?.id ?? null, challenged, similarity }
  attendance.note(deps.store, entry, settings.attendance_minutes).then(
    row => tell(served, 'kiosk.granted', { person, similarity, challenged, noted: row !== undefined }, doorLife),
    error => {
      deps.log.error({ error }, 'a visit could not be noted')
      tell(served, 'kiosk.granted', { person, similarity, challenged, noted: false }, doorLife)
    },
  )
}

function tell(
  { deps, caller, courier }: Served,
  type: string,
  data: Record<string, unknown>,
  ttlSeconds: number,
): void {
  const message = { owner: caller.owner, type, data: { ...data, kiosk: caller.key }, ttlSeconds }
  courier.send(message).catch(error => deps.log.error({ error, type }, 'a message of a kiosk could not be kept'))
}

function notAFrame(): AppError {
  return new AppError('invalid-input', 'expected frame(number, bytes)', {
    hint: `The bytes are a JPEG, PNG or WebP file of at most ${largestFrame} bytes.`,
  })
}
