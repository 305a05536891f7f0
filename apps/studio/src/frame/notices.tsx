import { Button } from '@hearth/ui'
import { useEffect, useState, useSyncExternalStore } from 'react'

export interface Notice {
  id: number
  text: string
  action?: { label: string; run(): void }
  /** When it goes by itself. */
  until: number
}

let notices: Notice[] = []
let lastId = 0
const listeners = new Set<() => void>()

function set(next: Notice[]): void {
  notices = next
  for (const listener of listeners) listener()
}

/** Says something at the foot of the page for a while. Returns the way to take it back. */
export function notify(text: string, options: { action?: Notice['action']; seconds?: number } = {}): () => void {
  lastId += 1
  const id = lastId
  const seconds = options.seconds ?? 4
  const remove = () => set(notices.filter(notice => notice.id !== id))
  const action = options.action
  const notice: Notice = {
    id,
    text,
    until: Date.now() + seconds * 1000,
    ...(action
      ? {
          action: {
            label: action.label,
            run() {
              remove()
              action.run()
            },
          },
        }
      : {}),
  }
  set([...notices.slice(-2), notice])
  setTimeout(remove, seconds * 1000)
  return remove
}

export function Notices() {
  const all = useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => notices,
    () => notices,
  )
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-4 z-50 grid justify-items-center gap-2 px-4 max-sm:bottom-[max(16px,env(safe-area-inset-bottom))]"
    >
      {all.map(notice => (
        <div
          key={notice.id}
          className="pointer-events-auto flex max-w-[520px] items-center gap-3 rounded-10 border border-line bg-raised py-2 pr-2 pl-4 text-13 text-ink shadow-card"
        >
          <span className="min-w-0 flex-1 py-1">{notice.text}</span>
          {notice.action ? (
            <Button size="small" look="quiet" className="text-ember-ink" onClick={notice.action.run}>
              {notice.action.label}
              <Countdown until={notice.until} />
            </Button>
          ) : null}
        </div>
      ))}
    </div>
  )
}

function Countdown({ until }: { until: number }) {
  const [left, setLeft] = useState(() => Math.ceil((until - Date.now()) / 1000))
  useEffect(() => {
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000))), 250)
    return () => clearInterval(timer)
  }, [until])
  return <span className="min-w-4 text-faint tabular">{left}</span>
}
