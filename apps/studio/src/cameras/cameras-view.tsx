'use client'
import { Button, Nothing } from '@hearth/ui'
import { useQueryClient } from '@tanstack/react-query'
import { Cctv, Plus } from 'lucide-react'
import { lazy, Suspense, useCallback, useState } from 'react'
import { useTranslations } from 'use-intl'
import { cached } from '../api/cached.ts'
import { useSession } from '../api/queries.ts'
import { LoadProblem } from '../frame/load-problem.tsx'
import { notify } from '../frame/notices.tsx'
import { Page, PageHead } from '../frame/page-head.tsx'
import { PageWords } from '../frame/page-words.tsx'
import { PlaceTabs } from '../frame/place-tabs.tsx'
import { useReport } from '../frame/use-report.ts'
import { lookWords } from '../look/look-words.ts'
import { useAddress } from '../settings/address.ts'
import { CameraTable } from './camera-table.tsx'
import { type CameraView, saveCamera, useCameras } from './cameras-api.ts'
import { camerasWords } from './cameras-words.ts'

const CameraWatch = lazy(async () => ({ default: (await import('./camera-watch.tsx')).CameraWatch }))
const CameraDialog = lazy(async () => ({ default: (await import('./camera-dialog.tsx')).CameraDialog }))
const RemoveDialog = lazy(async () => ({ default: (await import('./remove-dialog.tsx')).RemoveDialog }))

/** Network cameras and videos as cameras: which there are, and what each sees now. */
export function CamerasView() {
  return (
    <PageWords name="look" words={lookWords}>
      <PageWords name="cameras" words={camerasWords}>
        <Cameras />
      </PageWords>
    </PageWords>
  )
}

function Cameras() {
  const t = useTranslations('cameras')
  const client = useQueryClient()
  const reportOf = useReport()
  const [address, setAddress] = useAddress()
  const [edits, setEdits] = useState(0)
  const list = useCameras()
  const session = useSession()
  const mayChange = session.data?.key.scopes.includes('admin') ?? false
  const cameras = list.data ?? []
  const find = (parameter: string) => cameras.find(camera => camera.id === address.get(parameter))
  const [editing, removing] = mayChange ? [find('edit'), find('remove')] : []
  const watched = address.get('camera')
  const refresh = useCallback(() => void client.invalidateQueries({ queryKey: cached.cameras }), [client])
  const add = mayChange ? (
    <Button look="main" onClick={() => setAddress({ add: '1' })}>
      <Plus size={16} aria-hidden />
      {t('add')}
    </Button>
  ) : null
  const changing = mayChange
    ? {
        onEdit: (camera: CameraView) => setAddress({ edit: camera.id }),
        onRemove: (camera: CameraView) => setAddress({ remove: camera.id }),
        async onSwitch(camera: CameraView) {
          try {
            await saveCamera(client, camera.id, { enabled: !camera.enabled })
          } catch (thrown) {
            notify(reportOf(thrown).message, { seconds: 8 })
          }
        },
      }
    : null
  return (
    <div className={`grid h-full min-h-0 ${watched ? 'lg:grid-cols-[400px_1fr]' : ''}`}>
      <div className={`min-h-0 ${watched ? 'border-r border-line max-lg:hidden' : ''}`}>
        <Page>
          <PlaceTabs current="cameras" />
          <PageHead title={t('title')} note={cameras.length > 0 ? t('note', { n: cameras.length }) : null}>
            {cameras.length > 0 ? add : null}
          </PageHead>
          {list.error ? <LoadProblem error={list.error} onRetry={() => void list.refetch()} /> : null}
          {list.isPending ? <div className="skeleton h-40" /> : null}
          {list.data && cameras.length === 0 ? (
            <Nothing
              icon={Cctv}
              title={t('none_title')}
              text={`${t('none_text')} ${mayChange ? t('none_add') : t('none_other')}`}
              action={add}
            />
          ) : null}
          {cameras.length > 0 ? (
            <CameraTable
              cameras={cameras}
              watched={watched}
              onWatch={camera => setAddress({ camera: camera.id }, 'push')}
              changing={changing}
            />
          ) : null}
        </Page>
      </div>
      <Suspense fallback={watched ? <div className="bg-canvas" /> : null}>
        {watched && list.data ? (
          <CameraWatch
            key={`${watched} ${edits}`}
            camera={find('camera')}
            changing={changing}
            onClose={() => setAddress({ camera: null })}
            onChanged={refresh}
          />
        ) : null}
        {editing || (mayChange && address.has('add')) ? (
          <CameraDialog
            camera={editing ?? null}
            onClose={() => setAddress({ add: null, edit: null })}
            onSaved={name => {
              setEdits(edits + 1)
              setAddress({ add: null, edit: null })
              notify(editing ? t('saved', { name }) : t('added', { name }))
            }}
          />
        ) : null}
        {removing ? (
          <RemoveDialog
            camera={removing}
            onClose={() => setAddress({ remove: null })}
            onRemoved={() => {
              setAddress({ remove: null, ...(removing.id === watched ? { camera: null } : {}) })
              notify(t('removed', { name: removing.name }))
            }}
          />
        ) : null}
      </Suspense>
    </div>
  )
}
