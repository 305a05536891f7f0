import { AppError } from '@hearth/contract'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { useSession } from '../api/queries.ts'
import type { SessionView } from '../api/types.ts'
import { BareFrame } from '../frame/bare-frame.tsx'
import { Frame } from '../frame/frame.tsx'
import { PanelsProvider } from '../frame/panels.tsx'
import { connect } from '../live/connection.ts'
import { SignIn } from './sign-in.tsx'

/** The token of a sign-in link, taken out of the address at once so that it is neither kept nor shared. */
function takeToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('sign-in')
  if (token !== null) window.history.replaceState(null, '', window.location.pathname + window.location.search)
  return token
}

type LinkState = 'none' | 'opening' | 'refused'

/** Shows the studio to who is signed in, and the way in to everybody else. */
export function Gate({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [link, setLink] = useState<LinkState>(() => (window.location.hash.includes('sign-in=') ? 'opening' : 'none'))
  const session = useSession(link !== 'opening')
  useEffect(() => {
    const open = () => {
      const token = takeToken()
      if (token === null) return
      setLink('opening')
      request<SessionView>('/session', { method: 'POST', body: { token } }).then(
        view => {
          client.setQueryData(cached.session, view)
          setLink('none')
        },
        () => setLink('refused'),
      )
    }
    open()
    window.addEventListener('hashchange', open)
    return () => window.removeEventListener('hashchange', open)
  }, [client])

  const signedIn = session.data !== undefined
  useEffect(() => (signedIn ? connect(client) : undefined), [client, signedIn])

  if (link === 'opening' || session.isLoading) return <BareFrame />
  const unreachable = session.error && !(session.error instanceof AppError && session.error.code === 'unauthenticated')
  if (link === 'refused' || !session.data) {
    return (
      <BareFrame>
        <SignIn
          reason={link === 'refused' ? 'used-link' : unreachable ? 'unreachable' : 'signed-out'}
          onSignedIn={() => setLink('none')}
          onRetry={() => void session.refetch()}
        />
      </BareFrame>
    )
  }
  return (
    <PanelsProvider waiting={<BareFrame />}>
      <Frame>{children}</Frame>
    </PanelsProvider>
  )
}
