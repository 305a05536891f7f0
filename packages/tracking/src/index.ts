export { intersectionOverUnion, suppress } from './overlap.ts'
export { createTracker, type Detection, type Tracker, type TrackerOptions } from './tracker.ts'
