import { type ErrorReport, toAppError } from '@hearth/contract'
import { defaultsOf, type LookingPanel, type Panel, pictureOf, problemOf, type Values } from '@hearth/ui'
import { createPalette, type Finding, type Sight } from '@hearth/ui/seeing'
import { type DragEvent, lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { mediaDesk } from '../api/media.ts'
import { useModels, useTask } from '../api/queries.ts'
import { useDraft } from '../create/draft.ts'
import { usePanelTexts } from '../frame/panels.tsx'
import { useReport } from '../frame/use-report.ts'
import { chosenModel } from '../models/chosen-model.ts'
import { useAddress } from '../settings/address.ts'
import { LookControls } from './look-controls.tsx'
import { LookStage } from './look-stage.tsx'
import { useLook } from './use-look.ts'

const CameraStage = lazy(async () => ({ default: (await import('./camera-stage.tsx')).CameraStage }))

/** What is shown on both sides: the settings list it, the stage draws it. */
export interface Shown {
  sight: Sight | null
  output: unknown
  colorOf(finding: Finding): string
  active: number | null
  setActive(index: number | null): void
}

/** A picture or a camera, what was found in it, and what can be done with that. */
export function LookBench({ home, panel, panels }: { home: string; panel: LookingPanel; panels: readonly Panel[] }) {
  const [address, setAddress] = useAddress()
  const state = useDraft(panel.task)
  const task = useTask(panel.task)
  const models = useModels()
  const reportOf = useReport()
  const texts = usePanelTexts()(panel.task)
  const [refused, setRefused] = useState<ErrorReport | null>(null)
  const [storing, setStoring] = useState(false)
  const [over, setOver] = useState(false)
  const [active, setActive] = useState<number | null>(null)
  const [live, setLive] = useState<unknown>(null)
  const [colorOf] = useState(createPalette)

  const serving = (models.data ?? []).filter(model => model.tasks.includes(panel.task))
  const chosen = chosenModel(serving, panel.task, state.draft.model)
  const fields = useMemo(() => task.data?.input.properties ?? {}, [task.data])
  const defaults = useMemo(() => defaultsOf(fields, chosen), [fields, chosen])
  const picture = address.get('picture')
  const camera = panel.look.camera && address.get('source') === 'camera'
  const values: Values = { ...state.draft.values, ...(picture ? { [panel.look.field]: picture } : {}) }
  const missing = panel.missing(values)
  const look = useLook(panel, chosen?.id ?? null, values, missing === null && !camera && task.data !== undefined)
  const output = camera ? live : missing === null ? (look.data?.output ?? null) : null
  const sight = output === null ? null : panel.look.sight(output, { ...defaults, ...values }, texts)
  const shown: Shown = { sight, output, colorOf, active, setActive }

  const take = async (file: Blob | undefined) => {
    if (!file) return
    setRefused(null)
    setStoring(true)
    try {
      const reference = await mediaDesk.store(file)
      setActive(null)
      setAddress({ picture: reference, source: null }, 'push')
    } catch (thrown) {
      setRefused(reportOf(thrown))
    } finally {
      setStoring(false)
    }
  }
  useEffect(() => {
    if (!camera) setLive(null)
  }, [camera])
  const failure = look.error && missing === null && !camera ? toAppError(look.error).report() : null
  const field = failure?.path?.[0]
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button at its foot does the same by keyboard
    <div
      className="grid h-full grid-cols-[320px_1fr] max-md:grid-cols-1 max-md:grid-rows-[1fr_auto]"
      onDragOver={(event: DragEvent) => {
        if (!event.dataTransfer.types.includes('Files')) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={event => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false)
      }}
      onDrop={event => {
        event.preventDefault()
        setOver(false)
        void take(pictureOf(event.dataTransfer) ?? event.dataTransfer.files[0])
      }}
    >
      <LookControls
        home={home}
        panel={panel}
        panels={panels}
        controls={{ values, change: state.change, fields, defaults, problem: failure, history: state.history }}
        ready={task.data !== undefined && models.data !== undefined}
        serving={serving}
        chosen={chosen}
        onModel={state.setModel}
        shown={shown}
        timing={camera ? null : (look.data?.timings.total_ms ?? null)}
        picture={camera ? null : picture}
        camera={camera}
        storing={storing}
        onPicture={file => void take(file)}
      />
      <section className="grid min-h-0 min-w-0 max-md:order-first">
        {camera && chosen ? (
          <Suspense fallback={<div className="bg-canvas" />}>
            <CameraStage
              panel={panel}
              model={chosen.id}
              values={values}
              shown={shown}
              onOutput={setLive}
              onTake={take}
            />
          </Suspense>
        ) : (
          <LookStage
            picture={picture}
            shown={shown}
            bare={panel.look.bare ?? false}
            busy={look.isFetching}
            dropping={over}
            noModel={models.data !== undefined && chosen === null}
            serving={serving}
            missing={missing && picture ? texts(missing) : null}
            problem={
              refused ??
              (failure && !(typeof field === 'string' && problemOf(failure, field) && field in defaults)
                ? failure
                : null)
            }
            onRetry={() => void look.refetch()}
          />
        )}
      </section>
    </div>
  )
}
