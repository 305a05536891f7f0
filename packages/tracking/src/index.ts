export { intersectionOverUnion, suppress } from './overlap.ts'
