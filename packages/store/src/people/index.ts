export { allSearchable, changes, latestChange, type SearchableFace, searchable } from './changes.ts'
export {
  type CollectionRow,
  collections,
  expired,
  faces,
  faceViews,
  get,
  ids,
  keyDestroyed,
  known,
  list,
  log,
  type PersonFilter,
  threshold,
  unfinishedErasures,
} from './read.ts'
export type { FaceRow, FaceView, LogAction, LogEntry, NewFace, NewPerson, PersonLogRow, PersonRow } from './types.ts'
export { addFaces, create, erase, merge, record, removeFace, replaceFaces, setThreshold, update } from './write.ts'
