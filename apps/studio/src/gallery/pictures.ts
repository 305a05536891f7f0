import type { JobView, OutputFile } from '@hearth/contract'

/** One picture or sound that a job made. */
export interface Picture {
  job: JobView
  index: number
  file: OutputFile & { url: string }
}

export function picturesOf(jobs: readonly JobView[]): Picture[] {
  return jobs.flatMap(job =>
    job.outputs.flatMap((file, index) => (/^(image|audio)\//.test(file.mime) ? [{ job, index, file }] : [])),
  )
}

export const isSound = ({ file }: Picture) => file.mime.startsWith('audio/')

export const isSame = (a: Picture, b: Picture | undefined) => a.job.id === b?.job.id && a.index === b.index

/** Pictures by the day they were made, in the order given. */
export function byDay(pictures: readonly Picture[]): { day: string; pictures: Picture[] }[] {
  const days: { day: string; pictures: Picture[] }[] = []
  for (const picture of pictures) {
    const day = new Date(picture.job.created_at).toDateString()
    const last = days.at(-1)
    if (last?.day === day) last.pictures.push(picture)
    else days.push({ day, pictures: [picture] })
  }
  return days
}
