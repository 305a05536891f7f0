import { useTranslations } from 'use-intl'
import { ProblemNote } from '../signs.tsx'
import type { MicrophoneProblem } from './use-recorder.ts'

/** Why the microphone is silent, and what to do. */
export function MicrophoneNote({ problem, className }: { problem: MicrophoneProblem | null; className?: string }) {
  const t = useTranslations('ui')
  if (problem === null) return null
  return (
    <ProblemNote
      problem={{ message: t(`microphone_${problem}`), hint: t(`microphone_${problem}_text`) }}
      {...(className ? { className } : {})}
    />
  )
}
