/** A decoded picture: 8 bits a channel, sRGB, upright, rows from the top, channels interleaved. */
export interface Picture {
  width: number
  height: number
  /** 1 grey, 3 RGB, 4 RGBA. */
  channels: 1 | 3 | 4
  data: Uint8Array
}
