import type { Sight } from '@hearth/ui/seeing'
import type { z } from 'zod'
import type { task } from './detect-faces/spec.ts'
import { judge } from './people/quality-gate.ts'

/** What a first look says of a picture: faces, and why it would be refused, as codes. */
export interface FirstLook {
  sight: Sight
  refused: string[]
}

/** How the studio looks at a picture before it is sent to be enrolled. The server judges by the same gate. */
export const enrolmentCheck = {
  task: 'detect-faces',
  judge(output: unknown): FirstLook {
    const { width, height, faces } = output as z.output<typeof task.output>
    const verdict = judge(faces)
    return {
      sight: { width, height, findings: faces.map(({ bbox, score }) => ({ label: '', score, bbox })) },
      refused: 'reasons' in verdict ? verdict.reasons.map(({ code }) => code) : [],
    }
  },
}
