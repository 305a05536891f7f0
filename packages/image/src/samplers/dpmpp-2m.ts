import { dpmSolver } from './dpm-solver.ts'
import { defineSampler } from './sampler.ts'

export default defineSampler({
  id: 'dpmpp-2m',
  title: 'DPM++ 2M',
  diffusers: ['DPMSolverMultistepScheduler'],
  models: ['diffusion', 'flow'],
  settings: { algorithm_type: 'dpmsolver++', solver_order: 2, use_karras_sigmas: false },
  start: dpmSolver,
})
