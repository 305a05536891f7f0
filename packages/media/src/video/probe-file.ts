import { z } from 'zod'
import { type ProgramOptions, startProgram } from './program.ts'

const probed = z.object({
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      codec_name: z.string().optional(),
      width: z.int().optional(),
      height: z.int().optional(),
      sample_aspect_ratio: z.string().optional(),
      avg_frame_rate: z.string().optional(),
      r_frame_rate: z.string().optional(),
      nb_frames: z.string().optional(),
      duration: z.string().optional(),
      sample_rate: z.string().optional(),
      channels: z.int().optional(),
      disposition: z.object({ attached_pic: z.int() }).optional(),
      tags: z.object({ rotate: z.string().optional() }).optional(),
      side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
    }),
  ),
  format: z.object({ duration: z.string().optional() }),
})
export type ProbedFile = z.infer<typeof probed>
export type ProbedStream = ProbedFile['streams'][number]

/** What keeps a file from making ffmpeg read anything but itself: one format, and no protocol but files. */
export function inputArgs(path: string, demuxer: string): string[] {
  return ['-protocol_whitelist', 'file,pipe', '-f', demuxer, '-i', `file:${path}`]
}

/** What ffprobe says of a file. Nothing is decoded. @throws AppError with the failure and the hint of the options. */
export async function probeFile(input: readonly string[], options: ProgramOptions): Promise<ProbedFile> {
  const program = startProgram(
    'ffprobe',
    ['-v', 'error', '-of', 'json', '-show_streams', '-show_format', ...input],
    options,
  )
  program.stdin.end()
  const chunks: Buffer[] = []
  for await (const chunk of program.stdout) chunks.push(chunk)
  await program.ended
  return probed.parse(JSON.parse(Buffer.concat(chunks).toString()))
}
