/** Texts that the panels of faces share. */
const en = {
  image: 'Picture',
  need_image: 'Drop, paste or choose a picture.',
  confidence: 'Confidence at least',
  chip_confidence: 'at least {value}',
  face: 'Face',
  face_detail: '{size} px · turned {yaw}°',
}
const zh: typeof en = {
  image: '图片',
  need_image: '请拖入、粘贴或选择一张图片。',
  confidence: '最低置信度',
  chip_confidence: '不低于 {value}',
  face: '人脸',
  face_detail: '{size} 像素 · 偏转 {yaw}°',
}
export const faceMessages = { en, zh }
