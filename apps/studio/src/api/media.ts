import type { MediaDesk } from '@hearth/ui'
import { outputAddress } from '../live/apply-event.ts'
import { request } from './client.ts'

/** Pictures stored in this visit, shown from memory. */
const local = new Map<string, string>()

export const mediaDesk: MediaDesk = {
  async store(file) {
    const form = new FormData()
    form.append('file', file, file instanceof File ? file.name : 'picture.png')
    const { id } = await request<{ id: string }>('/uploads', { method: 'POST', body: form })
    const reference = `upload:${id}`
    local.set(reference, URL.createObjectURL(file))
    return reference
  },
  address(reference) {
    const [kind, rest = ''] = reference.split(/:(.*)/s)
    if (kind === 'upload') return local.get(reference) ?? `/api/v1/uploads/${rest}`
    const [job = '', name = ''] = rest.split('/')
    return outputAddress(job, name)
  },
}
