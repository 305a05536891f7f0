export { type FakeContext, type FakeContextOptions, fakeContext } from './context.ts'
export { type ExecutorCase, executorSuite } from './executor-suite.ts'
