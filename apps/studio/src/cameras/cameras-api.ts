import type { Values } from '@hearth/ui'
import { type QueryClient, useQuery } from '@tanstack/react-query'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'

/** What a camera is made of. */
export interface CameraFields {
  name: string
  /** `rtsp://`, `rtsps://`, or the reference of a video; as it is shown, without password. */
  source: string
  task: string
  /** Null: the default of the task. */
  model: string | null
  options: Values
  fps: number
  enabled: boolean
}

export interface CameraView extends CameraFields {
  id: string
  created_at: string
}

export function useCameras() {
  return useQuery({
    queryKey: cached.cameras,
    queryFn: async ({ signal }) => (await request<{ cameras: CameraView[] }>('/cameras', { signal })).cameras,
    refetchInterval: 10_000,
  })
}

/** Registers a camera, or changes the one with this id, and puts it into the list. @throws AppError. */
export async function saveCamera(client: QueryClient, id: string | null, fields: Partial<CameraFields>): Promise<void> {
  const saved = await request<CameraView>(id === null ? '/cameras' : `/cameras/${id}`, {
    method: id === null ? 'POST' : 'PATCH',
    body: fields,
  })
  client.setQueryData<CameraView[]>(cached.cameras, (before = []) =>
    id === null ? [...before, saved] : before.map(camera => (camera.id === id ? saved : camera)),
  )
}

/** @throws AppError. */
export async function removeCamera(client: QueryClient, id: string): Promise<void> {
  await request(`/cameras/${id}`, { method: 'DELETE' })
  client.setQueryData<CameraView[]>(cached.cameras, before => before?.filter(camera => camera.id !== id))
}

/** Whether the source is a stored video rather than an address. */
export const isVideo = (source: string) => /^(upload|output):/.test(source)

/** Whether the source still has stars where its password, or what follows the path, was left out. */
export const isMasked = (source: string) => /:\*{3}@|\?\*{3}$/.test(source)
