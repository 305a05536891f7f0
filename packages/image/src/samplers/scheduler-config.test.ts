import { expect, test } from 'vitest'
import { parseSchedulerConfig, parseSchedulerText, settingsFor } from './scheduler-config.ts'

test('the infinities that Python writes are read', () => {
  const text =
    '{\n  "_class_name": "DPMSolverMultistepScheduler",\n  "lambda_min_clipped": -Infinity,\n  "beta_end": 0.012\n}'
  expect(parseSchedulerText(text)).toEqual({
    ...parseSchedulerConfig({}),
    _class_name: 'DPMSolverMultistepScheduler',
    beta_end: 0.012,
  })
})

test.each(['', '[1', '{"beta_end": Infinite}'])('%j is not a scheduler config', text => {
  expect(() => parseSchedulerText(text)).toThrow(expect.objectContaining({ code: 'model-broken' }))
})

test('an unknown value is refused by its name', () => {
  expect(() => parseSchedulerConfig({ prediction_type: 'wishes' })).toThrow(/prediction_type/)
  expect(() => parseSchedulerConfig({ timestep_spacing: 'even' })).toThrow(/timestep_spacing/)
})

test('the file goes before the defaults, and what makes the sampler before the file', () => {
  const config = parseSchedulerConfig({ beta_end: 0.5, use_karras_sigmas: true, unknown_field: 1, sigma_min: null })
  const settings = settingsFor(config, { beta_end: 0.1, clip_sample: true }, { use_karras_sigmas: false })
  expect(settings).toMatchObject({ beta_end: 0.5, clip_sample: true, use_karras_sigmas: false, beta_start: 0.0001 })
  expect(settings.sigma_min).toBeUndefined()
})

test('a flow model keeps its shift under every class', () => {
  const config = parseSchedulerConfig({ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 })
  expect(settingsFor(config, {}, {})).toMatchObject({
    flow_shift: 3,
    use_flow_sigmas: true,
    prediction_type: 'flow_prediction',
  })
})
