import { AppError, type ErrorCode, type ErrorReport, errorStatus } from '@hearth/contract'

export type Query = Record<string, string | number | undefined>

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  query?: Query
  /** Sent as JSON unless it is a form. */
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  /** A refusal that is an answer all the same: it tells of each part. */
  also?: number
  /** Finishes even when the page goes away. */
  keepalive?: boolean
}

function addressOf(path: string, query: Query = {}): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString()
  return text ? `${path}?${text}` : path
}

async function refusal(response: Response): Promise<AppError> {
  const body: unknown = await response.json().catch(() => null)
  const report = (body as { error?: ErrorReport } | null)?.error
  if (report && typeof report.message === 'string') return AppError.from(report)
  const code = Object.entries(errorStatus).find(([, status]) => status === response.status)?.[0]
  return new AppError((code as ErrorCode | undefined) ?? 'internal', `${response.status} ${response.statusText}`)
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const { method = 'GET', query, body, signal, keepalive } = options
  const json = body !== undefined && !(body instanceof FormData)
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as FormData) }),
    ...(signal ? { signal } : {}),
    ...(keepalive ? { keepalive } : {}),
  }
  let response: Response
  try {
    response = await fetch(`/api/v1${addressOf(path, query)}`, init)
  } catch (thrown) {
    if (signal?.aborted) throw thrown
    throw new AppError('unavailable', 'Hearth does not answer.', {
      hint: 'Is it still running? The page reconnects by itself.',
      cause: thrown,
    })
  }
  if (!response.ok && response.status !== options.also) throw await refusal(response)
  return response
}

/** One request to Hearth's native interface. Everything that is not a success is an AppError. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options)
  if (response.status === 204) return undefined as T
  return (await response.json()) as T
}

/** The same for an answer that comes piece by piece, as server-sent events. */
export async function requestStream(path: string, options: RequestOptions): Promise<ReadableStream<Uint8Array>> {
  const response = await send(path, { ...options, headers: { ...options.headers, accept: 'text/event-stream' } })
  return response.body ?? new Blob().stream()
}
