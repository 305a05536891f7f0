export { allSearchable, changes, latestChange, type SearchableFace, sample, searchable } from './changes.ts'
export {
  type CollectionRow,
  collections,
  countFaces,
  expired,
  faces,
  faceViews,
  get,
  ids,
  keyDestroyed,
  latestDigest,
  list,
  log,
  type PersonFilter,
  threshold,
  unfinishedErasures,
} from './read.ts'
export type { FaceRow, FaceView, LogAction, LogEntry, NewFace, NewPerson, PersonLogRow, PersonRow } from './types.ts'
export {
  addFaces,
  create,
  drop,
  erase,
  merge,
  record,
  removeFace,
  replaceFaces,
  setThreshold,
  update,
} from './write.ts'
