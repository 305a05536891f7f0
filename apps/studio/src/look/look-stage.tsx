import type { ErrorReport, ModelView } from '@hearth/contract'
import { Button, Nothing, ProblemNote } from '@hearth/ui'
import { FindingsOverlay } from '@hearth/ui/seeing'
import { ScanSearch } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { mediaDesk } from '../api/media.ts'
import { StageFrame } from '../create/stage-frame.tsx'
import { NoModel } from '../models/no-model.tsx'
import type { Shown } from './look-bench.tsx'

export interface LookStageProps {
  picture: string | null
  shown: Shown
  bare: boolean
  busy: boolean
  dropping: boolean
  noModel: boolean
  serving: ModelView[]
  /** What else has to be entered. */
  missing: string | null
  problem: ErrorReport | null
  onRetry(): void
}

/** The picture as large as there is room, with what was found drawn on it. */
export function LookStage(props: LookStageProps) {
  const t = useTranslations('look')
  const { picture } = props
  return (
    <StageFrame dropping={props.dropping ? t('dropped') : null}>
      {props.noModel ? (
        <NoModel serving={props.serving} />
      ) : picture ? (
        <Picture {...props} key={picture} picture={picture} />
      ) : (
        <Nothing icon={ScanSearch} title={t('empty_title')} text={t('empty_text')} />
      )}
      {props.problem || props.missing ? (
        <div className="absolute inset-x-4 bottom-4 mx-auto max-w-[520px] rounded-10 bg-raised shadow-card">
          {props.problem ? (
            <ProblemNote
              problem={props.problem}
              action={
                picture ? (
                  <Button size="small" onClick={props.onRetry}>
                    {t('retry')}
                  </Button>
                ) : null
              }
            />
          ) : (
            <p className="px-4 py-2.5 text-center text-13 text-ink">{props.missing}</p>
          )}
        </div>
      ) : null}
    </StageFrame>
  )
}

function Picture({ picture, shown, bare, busy }: LookStageProps & { picture: string }) {
  const t = useTranslations('look')
  const [size, setSize] = useState<{ width: number; height: number } | null>(null)
  const { sight, active, setActive, colorOf } = shown
  // The picture is shown upright, as findings have it: both sizes are the same.
  const { width, height } = size ?? sight ?? { width: 4, height: 3 }
  return (
    <figure
      aria-busy={busy}
      className="relative rounded-10 bg-paper shadow-card"
      style={{ aspectRatio: `${width} / ${height}`, width: `min(100cqw, 100cqh * ${width / height})` }}
    >
      <img
        src={mediaDesk.address(picture)}
        alt={t('seen')}
        onLoad={event =>
          setSize({ width: event.currentTarget.naturalWidth, height: event.currentTarget.naturalHeight })
        }
        className="size-full rounded-10"
      />
      {sight ? (
        <FindingsOverlay sight={sight} colorOf={colorOf} active={active} onActive={setActive} bare={bare} />
      ) : null}
      {busy && !sight ? (
        <span
          className="late absolute right-3 bottom-3 rounded-8 bg-overlay px-3 py-1.5 text-13 text-on-overlay"
          role="status"
        >
          {t('looking')}
        </span>
      ) : null}
    </figure>
  )
}
