import { lookingMessages } from '@hearth/ui/seeing'

/** Texts that the panels of faces share. */
const en = {
  ...lookingMessages.en,
  face: 'Face',
  face_detail: '{size} px · turned {yaw}°',
}
const zh: typeof en = {
  ...lookingMessages.zh,
  face: '人脸',
  face_detail: '{size} 像素 · 偏转 {yaw}°',
}
export const faceMessages = { en, zh }
