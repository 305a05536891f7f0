import { dpmSolver } from './dpm-solver.ts'
import { defineSampler } from './sampler.ts'

export default defineSampler({
  id: 'dpmpp-2m-karras',
  title: 'DPM++ 2M Karras',
  diffusers: ['DPMSolverMultistepScheduler'],
  settings: {
    algorithm_type: 'dpmsolver++',
    solver_order: 2,
    use_karras_sigmas: true,
    use_exponential_sigmas: false,
    use_beta_sigmas: false,
  },
  start: dpmSolver,
})
