import { readFileSync } from 'node:fs'
import { photo } from '@hearth/testing/camera-film'
import type { TestInstance } from '@hearth/testing/instance'
import { expect } from 'vitest'

/** Registers a person by photographs of them. */
export async function enrol(instance: TestInstance, name: string, photos: readonly string[], keepCrop = false) {
  const form = new FormData()
  form.append('name', name)
  form.append('consent', JSON.stringify({ given_by: name, text_version: 'test' }))
  form.append('keep_crop', String(keepCrop))
  for (const one of photos) form.append('images', new Blob([readFileSync(photo(one))]), `${one}.jpg`)
  const enrolled = await instance.request('/api/v1/people', { method: 'POST', body: form })
  expect(enrolled.status).toBe(201)
}
