import { type ReactNode, useEffect } from 'react'

/** Title of a page, what it amounts to, and its tools at the right. Names the browser's tab too. */
export function PageHead({ title, note, children }: { title: string; note?: ReactNode; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Hearth`
  }, [title])
  return (
    <div className="mb-5 flex flex-wrap items-center gap-3">
      <h1>{title}</h1>
      <span className="text-12 text-muted tabular">{note}</span>
      <span className="flex-1 max-sm:hidden" />
      {children}
    </div>
  )
}

/** The scrolling part of a page. */
export function Page({ children }: { children: ReactNode }) {
  return <div className="h-full overflow-y-auto px-8 pt-7 pb-10 max-sm:px-4 max-sm:pt-5">{children}</div>
}
