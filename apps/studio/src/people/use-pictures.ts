import { enrolmentCheck, type FirstLook } from '@hearth/faces/enrolment-check'
import { useEffect, useState } from 'react'
import { request } from '../api/client.ts'

/** A picture that is about to be enrolled. It stays in this page until it is sent. */
export interface Taken {
  id: string
  file: Blob
  address: string
  /** Null before the look, and where no look was possible. */
  look: FirstLook | null
  checked: boolean
}

/** Pictures and what a first look says of them; the server decides when they are sent. */
export function usePictures() {
  const [pictures, setPictures] = useState<readonly Taken[]>([])
  const set = (id: string, patch: Partial<Taken>) =>
    setPictures(before => before.map(picture => (picture.id === id ? { ...picture, ...patch } : picture)))
  const look = async ({ id, file }: Taken) => {
    try {
      const image = await dataUrl(file)
      const answer = await request<{ output: unknown }>(`/tasks/${enrolmentCheck.task}/run`, {
        method: 'POST',
        body: { input: { image } },
      })
      set(id, { look: enrolmentCheck.judge(answer.output), checked: true })
    } catch {
      // Only a first look: sending it says what is wrong.
      set(id, { checked: true })
    }
  }
  useEffect(
    () => () => {
      setPictures(before => {
        for (const picture of before) URL.revokeObjectURL(picture.address)
        return []
      })
    },
    [],
  )
  return {
    pictures,
    add(files: readonly Blob[]) {
      const taken = files.map(file => ({
        id: crypto.randomUUID(),
        file,
        address: URL.createObjectURL(file),
        look: null,
        checked: false,
      }))
      setPictures(before => [...before, ...taken])
      for (const picture of taken) void look(picture)
    },
    remove(picture: Taken) {
      URL.revokeObjectURL(picture.address)
      setPictures(before => before.filter(({ id }) => id !== picture.id))
    },
    clear() {
      setPictures(before => {
        for (const picture of before) URL.revokeObjectURL(picture.address)
        return []
      })
    },
  }
}

function dataUrl(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
}
