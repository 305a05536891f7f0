import type { CameraEvent, CameraFrame, ErrorReport } from '@hearth/contract'

/** What somebody who watches a camera knows of it. */
export interface CameraSight {
  /** `lost`: the page's own connection. */
  state: 'connecting' | 'live' | 'error' | 'away' | 'lost'
  /** Why nothing comes. */
  problem: ErrorReport | null
  /** The last picture, without its bytes: these are drawn already. */
  frame: Omit<CameraFrame, 'image'> | null
  /** Pictures that are looked at in a second. */
  fps: number
}

export const nothingYet: CameraSight = { state: 'connecting', problem: null, frame: null, fps: 0 }

/** The sight after an event. Trying again is no news: the reason stays until there are pictures. */
export function afterEvent(before: CameraSight, event: CameraEvent): CameraSight {
  if (event.kind === 'frame') {
    const { kind: _, image: __, ...frame } = event
    return { ...before, state: 'live', problem: null, frame }
  }
  switch (event.state) {
    case 'connecting':
      return before.problem ? before : { ...before, state: 'connecting' }
    case 'live':
      return { ...before, state: 'live', problem: null, fps: event.fps }
    default:
      return { ...before, state: event.state, problem: event.error, fps: 0 }
  }
}
