import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/longest-first.ts'
import { textFiles } from './text-files.mjs'

export default defineConfig({
  plugins: [textFiles],
  resolve: {
    alias: {
      'ops-recipes/jobs': fileURLToPath(new URL('./src/jobs/index.ts', import.meta.url)),
      'ops-recipes': fileURLToPath(new URL('./src/index.ts', import.meta.url)),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Most suites wait for real hosts: they compute for a third of their time. Those that take longest begin first.
    maxWorkers: 3 * availableParallelism(),
    // One process runs many files and reads the sources once, which costs more than most suites compute.
    isolate: false,
    setupFiles: ['test/as-new.ts'],
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/hosts/announce.ts'],
    // Real hosts boot and apt runs in some of them.
    testTimeout: 300_000,
    hookTimeout: 180_000,
    // A condition that is awaited has no deadline of its own: the test's is enough.
    expect: { poll: { timeout: 100_000 } },
  },
})
