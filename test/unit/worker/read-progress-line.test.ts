import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ModelProgress } from '../../../src/core/domain/worker-status.ts';
import { formatBytes, formatDuration } from '../../../src/core/units.ts';
import { logLine } from '../../../src/core/worker/log-line.ts';
import { progressLine } from '../../../src/core/worker/progress-line.ts';
import { readProgressLine } from '../../../src/core/worker/read-progress-line.ts';

const logged = (text: string): string => logLine({ timeMs: 0, level: 'INFO', scope: 'pull', text });

const size = fc.integer({ min: 0, max: 2 ** 45 });
const downloading = fc
  .record({
    ref: fc.constantFrom('hf:org/name@main:*.gguf', 'ollama:llava:7b', 'https://files.example/a.gguf'),
    doneBytes: size,
    totalBytes: size,
    bytesPerSecond: fc.option(size),
    etaSeconds: fc.option(fc.integer({ min: 0, max: 10 ** 6 })),
  })
  .map((parts): ModelProgress => ({ ...parts, state: 'downloading', fetchedBytes: 0 }));

it('reads the progress of a download back, as rounded as its line is', () => {
  fc.assert(
    fc.property(downloading, (progress) => {
      const read = readProgressLine(logged(progressLine(progress)));
      expect(read).toMatchObject({ ref: progress.ref, state: 'downloading' });
      expect(formatBytes(read?.doneBytes ?? -1)).toBe(formatBytes(progress.doneBytes));
      expect(formatBytes(read?.totalBytes ?? -1)).toBe(formatBytes(progress.totalBytes));
      const { etaSeconds } = progress;
      expect(read?.etaSeconds == null ? null : formatDuration(read.etaSeconds)).toBe(
        etaSeconds === null ? null : formatDuration(etaSeconds),
      );
    }),
  );
});

it.each(['waiting', 'checking', 'verifying', 'present', 'failed'] as const)(
  'reads the state %s back',
  (state) => {
    const progress: ModelProgress = {
      ...{ ref: 'hf:org/name', state, doneBytes: 0, totalBytes: 0, fetchedBytes: 0 },
      ...{ bytesPerSecond: null, etaSeconds: null, note: 'no token' },
    };
    expect(readProgressLine(logged(progressLine(progress)))).toEqual(progress);
  },
);

it('reads the size of a download that is complete', () => {
  const line = logged('Downloaded hf:org/name: 1.5 GiB');
  expect(readProgressLine(line)).toMatchObject({ state: 'present', doneBytes: 1.5 * 2 ** 30 });
});

it.each(['state downloading', 'all models are in the store /models: 2', ''])('ignores %j', (text) => {
  expect(readProgressLine(logged(text))).toBeNull();
  expect(readProgressLine(text)).toBeNull();
});
