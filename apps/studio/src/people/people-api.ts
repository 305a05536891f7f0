import { AppError, type ErrorReport } from '@hearth/contract'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'

export interface Consent {
  given_by: string
  given_at: string
  text_version: string
}

export interface FaceView {
  id: string
  /** Whether a small picture of it is kept. */
  crop: boolean
  created_at: string
}

export interface PersonView {
  id: string
  name: string
  collection: string
  faces: FaceView[]
  consent: Consent
  expires_at: string | null
  created_at: string
  /** No face of the model that measures faces now; null where there is none. */
  needs_re_enrolment: boolean | null
}

export interface Refusal {
  image: number
  reasons: { code: string; message: string }[]
}

export interface Enrolled {
  /** Null: no picture was good enough. */
  person: PersonView | null
  accepted: { image: number }[]
  refused: Refusal[]
}

export interface CollectionView {
  name: string
  people: number
  faces: number
  /** Null: that of the model. */
  threshold: number | null
}

/** Shares at one threshold: of strangers taken for somebody, of people not known; null where there are no pairs. */
export interface CurvePoint {
  threshold: number
  false_match_rate: number | null
  false_non_match_rate: number | null
}

export interface Calibration {
  faces: number
  people: number
  pairs: { same: number; different: number }
  curve: CurvePoint[]
  suggested: number | null
}

interface PeoplePage {
  people: PersonView[]
  next_cursor: string | null
  collections: Pick<CollectionView, 'name' | 'people' | 'faces'>[]
}

export function usePeople(filter: { q: string; collection: string }) {
  return useInfiniteQuery({
    queryKey: cached.peopleList(filter),
    queryFn: ({ signal, pageParam }) =>
      request<PeoplePage>('/people', {
        query: { text: filter.q, collection: filter.collection, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next_cursor ?? undefined,
    placeholderData: before => before,
  })
}

export function usePerson(id: string) {
  return useQuery({
    queryKey: cached.person(id),
    queryFn: ({ signal }) => request<PersonView>(`/people/${id}`, { signal }),
  })
}

export function useCollections() {
  return useQuery({
    queryKey: cached.collections,
    queryFn: async ({ signal }) =>
      (await request<{ collections: CollectionView[] }>('/collections', { signal })).collections,
  })
}

export function useCalibration(collection: string) {
  return useQuery({
    queryKey: cached.calibration(collection),
    queryFn: ({ signal }) => request<Calibration>('/people/calibration', { query: { collection }, signal }),
    retry: false,
  })
}

export interface Enrolment {
  name: string
  collection: string
  givenBy: string
  /** Of the text that was agreed to. */
  version: string
  expiresAt: string
  keepCrop: boolean
  pictures: readonly Blob[]
}

export interface ConsentText {
  version: string
  text: Record<string, string>
}

/** What people are asked to agree to. */
export function useConsentText() {
  return useQuery({
    queryKey: cached.consentText,
    queryFn: ({ signal }) => request<ConsentText>('/people/consent-text', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function enrol({
  name,
  collection,
  givenBy,
  version,
  expiresAt,
  keepCrop,
  pictures,
}: Enrolment): Promise<Enrolled> {
  const form = pictureForm(pictures)
  form.append('name', name)
  form.append('collection', collection)
  form.append('consent', JSON.stringify({ given_by: givenBy, text_version: version }))
  if (expiresAt) form.append('expires_at', new Date(`${expiresAt}T23:59:59`).toISOString())
  form.append('keep_crop', String(keepCrop))
  return sendPictures('/people', form)
}

export function pictureForm(pictures: readonly Blob[], field = 'images'): FormData {
  const form = new FormData()
  for (const [place, picture] of pictures.entries()) {
    form.append(field, picture, picture instanceof File ? picture.name : `picture-${place}.jpg`)
  }
  return form
}

/** Where no picture is good enough, the refusal tells of each; that is an answer too. */
export async function sendPictures(path: string, body: FormData): Promise<Enrolled> {
  const answer = await request<Enrolled | { error: ErrorReport }>(path, { method: 'POST', body, also: 422 })
  if ('error' in answer) throw AppError.from(answer.error)
  return answer
}
