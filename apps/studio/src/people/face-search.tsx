import { type ErrorReport, toAppError } from '@hearth/contract'
import { ProblemNote } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import { createPalette, FindingsOverlay, type Sight } from '@hearth/ui/seeing'
import { type DragEvent, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { request } from '../api/client.ts'
import { pictureForm } from './people-api.ts'
import { Initials } from './people-table.tsx'
import { CameraBooth, PictureButtons } from './picture-source.tsx'

interface FoundFace {
  bbox: [number, number, number, number]
  person: { id: string; name: string } | null
  similarity: number | null
}

interface Answer {
  width: number
  height: number
  faces: FoundFace[]
}

/** Who is in this picture? It is compared and not kept. */
export function FaceSearch({ onClose, onPick }: { onClose(): void; onPick(person: string): void }) {
  const t = useTranslations('people')
  const [camera, setCamera] = useState(false)
  const [picture, setPicture] = useState<string | null>(null)
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [problem, setProblem] = useState<ErrorReport | null>(null)
  useEffect(() => () => URL.revokeObjectURL(picture ?? ''), [picture])
  const look = async (file: Blob | undefined) => {
    if (!file) return
    setCamera(false)
    setPicture(URL.createObjectURL(file))
    setAnswer(null)
    setProblem(null)
    try {
      setAnswer(await request<Answer>('/people/search', { method: 'POST', body: pictureForm([file], 'image') }))
    } catch (thrown) {
      setProblem(toAppError(thrown).report())
    }
  }
  return (
    <Modal open onOpenChange={onClose} title={t('face_search_title')} text={t('face_search_text')}>
      <fieldset
        className="grid gap-3 pt-3"
        onDragOver={(event: DragEvent) => event.preventDefault()}
        onDrop={event => {
          event.preventDefault()
          void look(event.dataTransfer.files[0])
        }}
      >
        <legend className="sr-only">{t('face_search_title')}</legend>
        {camera ? (
          <CameraBooth onTake={file => void look(file)} onDone={() => setCamera(false)} />
        ) : (
          <>
            {picture ? <Seen picture={picture} answer={answer} /> : null}
            {answer ? <Faces answer={answer} onPick={onPick} /> : null}
            {problem ? <ProblemNote problem={problem} /> : null}
            <PictureButtons onFiles={([file]) => void look(file)} onCamera={() => setCamera(true)} />
          </>
        )}
      </fieldset>
    </Modal>
  )
}

function Seen({ picture, answer }: { picture: string; answer: Answer | null }) {
  const t = useTranslations('people')
  const [colorOf] = useState(createPalette)
  const sight: Sight | null = answer && {
    width: answer.width,
    height: answer.height,
    findings: answer.faces.map(face => ({
      label: face.person?.name ?? t('unknown'),
      score: face.similarity === null ? null : Math.max(0, face.similarity),
      bbox: face.bbox,
      tone: face.person ? 'good' : 'unknown',
    })),
  }
  return (
    <div className="relative mx-auto w-fit overflow-hidden rounded-10 bg-paper">
      <img src={picture} alt={t('face_search_title')} className="max-h-[44dvh]" />
      {sight ? <FindingsOverlay sight={sight} colorOf={colorOf} active={null} onActive={() => undefined} /> : null}
    </div>
  )
}

function Faces({ answer, onPick }: { answer: Answer; onPick(person: string): void }) {
  const t = useTranslations('people')
  if (answer.faces.length === 0) return <p className="text-13 text-muted">{t('face_search_none')}</p>
  return (
    <ul className="grid gap-1" aria-label={t('col_faces')}>
      {answer.faces.map(({ person, similarity, bbox }) => (
        <li key={bbox.join()} className="flex items-center gap-3 rounded-6 px-1 py-1 text-13">
          <Initials name={person?.name ?? '?'} />
          {person ? (
            <button type="button" className="font-medium text-bright hover:underline" onClick={() => onPick(person.id)}>
              {person.name}
            </button>
          ) : (
            <span className="text-muted">{t('unknown')}</span>
          )}
          <span className="flex-1" />
          {similarity === null ? null : (
            <span className="text-12 text-muted tabular">{t('likeness', { value: similarity.toFixed(2) })}</span>
          )}
        </li>
      ))}
    </ul>
  )
}
