import type { ErrorReport } from '@hearth/contract'
import { classNames, IconButton, type TalkProps, type Translate } from '@hearth/ui'
import { clock, useRecorder } from '@hearth/ui/sound'
import { Mic, Square } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

/** Speech into text: what is recorded is written down and handed over. */
export function useDictation(
  { voice, reportOf }: Pick<TalkProps, 'voice' | 'reportOf'>,
  onText: (text: string) => void,
) {
  const [writing, setWriting] = useState(false)
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  const controller = useRef<AbortController | null>(null)
  useEffect(() => () => controller.current?.abort(), [])
  const write = async (recording: File) => {
    if (!voice.listen) return
    const mine = new AbortController()
    controller.current = mine
    setWriting(true)
    try {
      const text = await voice.listen(recording, mine.signal)
      if (!mine.signal.aborted) onText(text)
    } catch (thrown) {
      if (!mine.signal.aborted) setProblem(reportOf(thrown))
    } finally {
      setWriting(false)
    }
  }
  const recorder = useRecorder(recording => void write(recording))
  return {
    able: voice.listen !== null,
    recorder,
    writing,
    problem,
    microphone: recorder.problem,
    press() {
      setProblem(null)
      if (recorder.state === 'recording') recorder.stop()
      else recorder.start()
    },
  }
}
export type Dictation = ReturnType<typeof useDictation>

export function DictationButton({ dictation, t }: { dictation: Dictation; t: Translate }) {
  const { able, recorder, writing, press } = dictation
  const recording = recorder.state === 'recording'
  const label = able
    ? recording
      ? t('dictate_stop')
      : writing
        ? t('dictate_writing')
        : t('dictate')
    : t('dictate_none')
  return (
    <span className="flex items-center">
      <IconButton
        label={label}
        aria-disabled={!able}
        disabled={writing || recorder.state === 'asking'}
        active={recording}
        className={able ? '' : 'opacity-40'}
        onClick={able ? press : undefined}
      >
        {recording ? <Square size={14} className="text-bad" aria-hidden /> : <Mic size={16} aria-hidden />}
      </IconButton>
      <span role="status" className={classNames('text-12 text-muted tabular', recording || writing ? 'px-1' : '')}>
        {recording ? clock(recorder.seconds) : writing ? t('dictate_writing') : ''}
      </span>
    </span>
  )
}
