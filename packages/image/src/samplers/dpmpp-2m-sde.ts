import { dpmSolver } from './dpm-solver.ts'
import { defineSampler } from './sampler.ts'

export default defineSampler({
  id: 'dpmpp-2m-sde',
  title: 'DPM++ 2M SDE',
  diffusers: ['DPMSolverMultistepScheduler'],
  models: ['diffusion', 'flow'],
  settings: { algorithm_type: 'sde-dpmsolver++', solver_order: 2 },
  start: dpmSolver,
})
