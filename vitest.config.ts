import { defineConfig } from 'vitest/config'

const ignored = ['**/node_modules/**', 'apps/studio/e2e/**']

/** `unit`: everything but the browser. `component`: React without a browser. `browser`: the studio in Chromium. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: ignored,
          environment: 'node',
        },
      },
      {
        extends: true,
        test: {
          name: 'component',
          include: ['{apps,packages}/*/src/**/*.test.tsx'],
          exclude: ignored,
          environment: 'happy-dom',
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['apps/studio/e2e/**/*.test.ts'],
          fileParallelism: false,
          environment: 'node',
          testTimeout: 300_000,
        },
      },
    ],
  },
})
