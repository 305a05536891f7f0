import { AppError, fitView, jobView, modelView, priorities, type Task } from '@hearth/contract'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { presentable } from '../http/errors.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { acceptJob, checkOrder, findTask } from '../intake/accept-job.ts'
import { viewJob } from '../intake/job-view.ts'
import { readOrder } from '../intake/read-order.ts'
import { runOrder } from '../intake/run-order.ts'
import { streamOrder } from '../intake/stream-order.ts'
import { streamAnswer } from '../live/sse.ts'
import { waitForEnd } from '../live/wait-for-end.ts'
import type { LiveAnswer } from '../live-lane/live-lane.ts'

const summary = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  capability: z.string(),
  lanes: z.array(z.string()),
})
const described = summary.extend({
  input: z.record(z.string(), z.json()).meta({ description: 'JSON Schema.' }),
  output: z.record(z.string(), z.json()).meta({ description: 'JSON Schema.' }),
  examples: z.array(z.object({ title: z.string(), input: z.record(z.string(), z.json()) })),
  models: z.array(modelView).meta({ description: 'Those that can serve it; the one taken without a name first.' }),
})
const taskName = z.object({ task: z.string().max(100) })

/** Longest time that a request waits for its job, in seconds. */
export const longestWait = 600
const wait = z.object({
  wait: z.coerce
    .number()
    .min(0)
    .max(longestWait)
    .default(0)
    .meta({ description: 'Seconds to wait for the end of the job before answering.' }),
})

/** A body that asks for a task, with that task's own fields. */
export function orderSchema(input: z.ZodType) {
  return z.object({
    input,
    model: z.string().max(200).optional().meta({ description: 'Id or alias; absent: the default of the task.' }),
    priority: z.enum(priorities).optional(),
  })
}
export const anyOrder = orderSchema(z.record(z.string(), z.json()))

function summarise({ id, title, summary, capability, lanes }: Task) {
  return { id, title, summary, capability, lanes }
}

const runAnswer = z.object({
  model: z.string(),
  output: z.json().meta({ description: "The task's output." }),
  files: z.array(
    z.object({
      name: z.string(),
      mime: z.string(),
      data: z.base64(),
      width: z.int().optional(),
      height: z.int().optional(),
    }),
  ),
  timings: z.object({
    engine_ms: z.number().meta({ description: 'Milliseconds inside the model.' }),
    total_ms: z.number().meta({ description: 'Milliseconds from the door and back.' }),
  }),
})

/** What can be done here, and doing it. */
export function taskRoutes(deps: ApiDeps): Route[] {
  return [...describingRoutes(deps), ...runningRoutes(deps), runRoute(deps)]
}

function describingRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/tasks',
      tag: 'Tasks',
      summary: 'List the tasks',
      scope: 'any',
      rate: 'status',
      answers: { 200: { description: 'All tasks.', schema: z.object({ tasks: z.array(summary) }) } },
      handle: ({ c }) => c.json({ tasks: deps.tasks.map(summarise) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/tasks/{task}',
      tag: 'Tasks',
      summary: 'Describe a task',
      description: 'Its input and output as JSON Schema, examples, and the models that serve it.',
      scope: 'any',
      rate: 'status',
      params: taskName,
      answers: { 200: { description: 'The task.', schema: described } },
      async handle({ c, params }) {
        const task = findTask(deps, params.task)
        const models = (await deps.models.list()).filter(model => model.tasks.includes(task.id))
        const rank = (model: (typeof models)[number]) => (model.default_for.includes(task.id) ? 0 : 1)
        return c.json({
          ...summarise(task),
          input: z.toJSONSchema(task.input, { io: 'input', unrepresentable: 'any' }),
          output: z.toJSONSchema(task.output, { io: 'output', unrepresentable: 'any' }),
          examples: task.examples,
          models: models.sort((a, b) => rank(a) - rank(b)),
        })
      },
    }),
  ]
}

function runningRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/v1/tasks/{task}/jobs',
      tag: 'Tasks',
      summary: 'Run a task as a job',
      description:
        'JSON, or a form whose parts are the fields of the input beside `model` and `priority`. Pictures may be a data ' +
        'URL, an https URL, `upload:<id>`, `output:<job>/<name>` or a part of the form. A request with a known ' +
        '`Idempotency-Key` gives the earlier job.',
      scope: 'tasks',
      rate: 'generate',
      params: taskName,
      query: wait,
      described: { schema: anyOrder, form: true },
      answers: {
        202: { description: 'The job, which is waiting or running.', schema: jobView },
        200: { description: 'The job, which has ended, or an earlier one.', schema: jobView },
      },
      async handle({ c, caller, params, query }) {
        const order = await readOrder(deps, c, findTask(deps, params.task))
        const { job, created } = await acceptJob(deps, caller, order)
        c.get('wide').job = job.id
        const row = await waitForEnd(deps, job, query.wait, c.req.raw.signal)
        c.header('location', `/api/v1/jobs/${row.id}`)
        return c.json(await viewJob(deps.store, row), created && row.finishedAt === null ? 202 : 200)
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/tasks/{task}/fit',
      tag: 'Tasks',
      summary: 'Ask whether it would run here, and for how long',
      description: 'Takes the same body as running it and stores nothing.',
      scope: 'tasks',
      rate: 'status',
      params: taskName,
      described: { schema: anyOrder, form: true },
      answers: {
        200: { description: 'Memory needed and free, seconds.', schema: fitView.extend({ model: z.string() }) },
      },
      async handle({ c, params }) {
        const { model, fit } = await checkOrder(deps, await readOrder(deps, c, findTask(deps, params.task)))
        if (!fit) throw noWorker()
        return c.json({ ...fit, model })
      },
    }),
  ]
}

function runRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/api/v1/tasks/{task}/run',
    tag: 'Tasks',
    summary: 'Run a task at once',
    description:
      'For tasks with the lane `live`. Takes the same body as a job, stores nothing and answers with the output. Where ' +
      'the model or the memory is in use it says so at once, and when to try again (503 with `retry-after`). Counts ' +
      'with the status routes, so that a camera can use it. With `accept: text/event-stream` the pieces of the answer come ' +
      'as `chunk` events, where the task has any, then `done` with the answer or `error`.',
    scope: 'tasks',
    rate: 'status',
    lane: 'live',
    params: taskName,
    described: { schema: anyOrder.omit({ priority: true }), form: true },
    answers: {
      200: { description: 'What came out; as asked, piece by piece.', mime: 'text/event-stream', schema: runAnswer },
      503: { description: 'The model or the memory is in use, or no worker is there: try again.' },
    },
    async handle({ c, caller, params }) {
      const order = await readOrder(deps, c, findTask(deps, params.task))
      const { signal } = c.req.raw
      if (/\btext\/event-stream\b/.test(c.req.header('accept') ?? '')) {
        return streamAnswer(
          await streamOrder(deps, caller, order, signal),
          event =>
            event.kind === 'chunk'
              ? [{ event: 'chunk', data: JSON.stringify(event.value) }]
              : [{ event: 'done', data: JSON.stringify(shownAnswer(event.answer)) }],
          thrown => [{ event: 'error', data: JSON.stringify({ error: presentable(thrown, c, deps.log).report() }) }],
        )
      }
      c.header('cache-control', 'no-store')
      return c.json(shownAnswer(await runOrder(deps, caller, order, signal)))
    },
  })
}

function shownAnswer({ model, output, files, timings }: LiveAnswer) {
  const shown = files.map(({ name, mime, bytes, width, height }) => ({
    name,
    mime,
    data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  }))
  return { model, output, files: shown, timings }
}

function noWorker(): AppError {
  return new AppError('unavailable', 'no worker is running', { hint: 'hearth status says why.', retryAfter: 5 })
}
