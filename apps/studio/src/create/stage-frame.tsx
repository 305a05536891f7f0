import type { ReactNode } from 'react'

/** Where the work is looked at; while something is dragged over the page it says what dropping it would do. */
export function StageFrame({ dropping, children }: { dropping: string | null; children: ReactNode }) {
  return (
    <div className="relative grid min-h-0 place-items-center overflow-hidden bg-canvas p-7 [container-type:size] max-md:p-3">
      {children}
      {dropping === null ? null : (
        <div className="absolute inset-3 grid place-items-center rounded-12 border-2 border-dashed border-ember bg-scrim text-16 text-on-overlay">
          {dropping}
        </div>
      )}
    </div>
  )
}
