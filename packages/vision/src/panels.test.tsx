import { isLooking, isMaking, type LookingPanel, type Panel, type Values } from '@hearth/ui'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { panel as classify } from './classify-image/panel.tsx'
import { task as classifyTask } from './classify-image/spec.ts'
import { panel as match } from './classify-zero-shot/panel.tsx'
import { task as matchTask } from './classify-zero-shot/spec.ts'
import { panel as video } from './detect-in-video/panel.tsx'
import { task as videoTask } from './detect-in-video/spec.ts'
import { panel as detect } from './detect-objects/panel.tsx'
import { task as detectTask } from './detect-objects/spec.ts'
import { panel as depth } from './estimate-depth/panel.tsx'
import { task as depthTask } from './estimate-depth/spec.ts'
import { panel as read } from './read-text/panel.tsx'
import { task as readTask } from './read-text/spec.ts'
import { panel as cutOut } from './remove-background/panel.tsx'
import { task as cutOutTask } from './remove-background/spec.ts'

const all = [
  [classify, classifyTask],
  [match, matchTask],
  [video, videoTask],
  [detect, detectTask],
  [depth, depthTask],
  [read, readTask],
  [cutOut, cutOutTask],
] as const

const t = (key: string) => key
const picture = 'upload:picture1'

test.each(all.map(([panel, task]) => [task.id, panel, task] as const))(
  '%s: the panel fits its spec',
  (_, found, task) => {
    const panel: Panel = found
    const fields = Object.keys(z.toJSONSchema(task.input, { io: 'input' }).properties ?? {})
    expect(panel.task).toBe(task.id)
    for (const field of [...panel.keeps, panel.accepts?.field ?? '']) expect(fields).toContain(field)
    expect(Object.keys(panel.messages.zh).sort()).toEqual(Object.keys(panel.messages.en).sort())
    expect(panel.messages.en[panel.missing({}) ?? '']).toBeTruthy()
    expect(isLooking(panel)).toBe(!isMaking(panel))
    // What is looked at by itself has to be answered at once.
    if (isLooking(panel)) expect(task.lanes).toContain('live')
  },
)

test.each([
  [classify, classifyTask, {}],
  [detect, detectTask, {}],
  [match, matchTask, { labels: ['cup'] }],
  [read, readTask, {}],
] as const)('what is sent for the whole range is an input: %#', (panel, task, more) => {
  const sent = { ...more, ...panel.look.wide, [panel.look.field]: picture }
  expect(task.input.safeParse(sent).error).toBeUndefined()
})

const see = (panel: LookingPanel, output: object, values: Values) =>
  panel.look.sight(output, values, t).findings.map(({ label }) => label)

test('the slider narrows down what was found, without another run', () => {
  const box = [0, 0, 9, 9] as const
  const objects = [
    { label: 'cup', score: 0.9, bbox: box },
    { label: 'spoon', score: 0.2, bbox: box },
  ]
  expect(see(detect, { width: 10, height: 10, objects }, { min_score: 0.1 })).toEqual(['cup', 'spoon'])
  expect(see(detect, { width: 10, height: 10, objects }, { min_score: 0.3 })).toEqual(['cup'])
  const classes = objects.map(({ label, score }) => ({ label, score }))
  expect(see(classify, { width: 10, height: 10, classes }, { min_score: 0, top_k: 1 })).toEqual(['cup'])
})

test('lines that are read are one text in reading order', () => {
  const line = (text: string, score: number) => ({
    ...{ text, score, box_score: 1, bbox: [0, 0, 9, 9] },
    polygon: [
      [0, 0],
      [9, 0],
      [9, 9],
      [0, 9],
    ],
  })
  const output = { width: 10, height: 10, text: '', lines: [line('one', 0.6), line('smudge', 0.2), line('two', 0.9)] }
  expect(read.look.sight(output, { min_score: 0.5 }, t)).toMatchObject({ text: 'one\ntwo', findings: [{}, {}] })
})
