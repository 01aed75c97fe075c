import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { testTimeout } from './test/helpers/patience.ts';

const project = (name: string, extra: Record<string, unknown> = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...extra },
});

export default defineConfig({
  test: {
    pool: 'forks',
    // many tests wait for processes and sockets, so a machine with two cores runs two files at once
    maxWorkers: Math.max(2, availableParallelism() - 1),
    retry: 0,
    restoreMocks: true,
    unstubEnvs: true,
    expect: { requireAssertions: true },
    projects: [
      project('unit', { testTimeout: 30_000 }),
      project('adapters', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('cli', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('judges', { testTimeout: 120_000 }),
      project('by-hand', { testTimeout: 1_800_000 }),
      project('kubernetes', { testTimeout: 600_000, hookTimeout: 600_000, fileParallelism: false }),
      project('nfs', { testTimeout: 600_000, hookTimeout: 600_000 }),
      project('e2e', {
        testTimeout: testTimeout(),
        hookTimeout: testTimeout(),
        fileParallelism: false,
        globalSetup: ['test/e2e/global-setup.ts'],
      }),
      project('faults', {
        testTimeout: testTimeout(),
        hookTimeout: testTimeout(),
        fileParallelism: false,
        globalSetup: ['test/e2e/global-setup.ts'],
      }),
      project('hosts', {
        testTimeout: testTimeout(),
        hookTimeout: testTimeout(),
        fileParallelism: false,
        globalSetup: ['test/hosts/global-setup.ts'],
      }),
      project('soak', { testTimeout: 600_000 }),
      project('gpu', {
        testTimeout: testTimeout(),
        hookTimeout: testTimeout(),
        fileParallelism: false,
        globalSetup: ['test/gpu/global-setup.ts'],
      }),
    ],
  },
});
