import type { ErrorReport } from '@hearth/contract'
import type { KioskView } from '@hearth/faces/kiosk'
import { useEffect, useState } from 'react'
import { io, type Socket } from 'socket.io-client'

/** What the server says of a visitor's turn. */
export type Turn = KioskView | { phase: 'worker-away'; reason: string }

export interface KioskFace {
  welcome: { en: string; zh: string }
  sound: boolean
  challenge: boolean
  actions: number
}

export interface KioskLink {
  state: 'connecting' | 'connected' | 'offline' | 'refused'
  /** Why the key is not taken. */
  refusal: string | null
  turn: Turn | null
  face: KioskFace | null
  socket: Socket | null
}

const none: KioskLink = { state: 'connecting', refusal: null, turn: null, face: null, socket: null }

/** Milliseconds between attempts with a key that was refused: it may be given back its right. */
const again = 15_000

/** The connection of a kiosk: kept up by itself for as long as there is a key. */
export function useKioskLink(key: string | null): KioskLink {
  const [link, setLink] = useState<KioskLink>(none)
  useEffect(() => {
    setLink(none)
    if (key === null) return
    const socket = io('/kiosk', {
      transports: ['websocket'],
      auth: { key },
      withCredentials: false,
      reconnectionDelay: 500,
      reconnectionDelayMax: 3000,
    })
    let retry: ReturnType<typeof setTimeout> | undefined
    const change = (patch: Partial<KioskLink>) => setLink(before => ({ ...before, socket, ...patch }))
    socket.on('connect', () => change({ state: 'connected', refusal: null, turn: null }))
    socket.on('disconnect', reason => {
      change({ state: 'offline', turn: null })
      // The server ends it when the key loses its right: only asking tells.
      if (reason === 'io server disconnect') socket.connect()
    })
    socket.on('connect_error', (error: Error & { data?: ErrorReport }) => {
      const refused = error.data?.code === 'unauthenticated' || error.data?.code === 'forbidden'
      change(refused ? { state: 'refused', refusal: error.message, turn: null } : { state: 'offline', turn: null })
      // The socket does not try again by itself when the server said no.
      if (!socket.active) {
        clearTimeout(retry)
        retry = setTimeout(() => socket.connect(), refused ? again : 2000)
      }
    })
    socket.on('state', (turn: Turn) => change({ turn }))
    socket.on('settings', (face: KioskFace) => change({ face }))
    return () => {
      clearTimeout(retry)
      socket.close()
    }
  }, [key])
  return link
}
