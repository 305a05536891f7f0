export { calibrate, calibration } from './calibrate.ts'
export { consentDigest, consentText, digestOf } from './consent-text.ts'
export { embeddingTask, type Live, recognition } from './embed.ts'
export { type Asker, addPictures, enrol, type PeopleDeps, type ReadPicture } from './enrol.ts'
export { type KeyRing, openKeyRing } from './key-ring.ts'
export { erase, exportPerson, merge, readCrop, sweep } from './manage.ts'
export { keyFolder, masterKeyFile } from './master-key.ts'
export { reEnrol, reEnrolment } from './re-enrol.ts'
export { open, seal } from './seal.ts'
export {
  type CurrentEmbedder,
  collectionView,
  enrolment,
  logView,
  personExport,
  personView,
  viewCollection,
  viewLog,
  viewPerson,
} from './views.ts'
