import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelProgress } from '../../../src/core/domain/worker-status.ts';
import { isLogged, logLine, parseLogLevel } from '../../../src/core/worker/log-line.ts';
import { unstarted } from '../../../src/core/worker/model-progress.ts';
import { needsProgressLine, progressLine, progressMark } from '../../../src/core/worker/progress-line.ts';

const half: ModelProgress = {
  ...unstarted('hf:org/repo', 200_000_000),
  state: 'downloading',
  doneBytes: 100_000_000,
  fetchedBytes: 100_000_000,
  bytesPerSecond: 10_000_000,
  etaSeconds: 10,
};

describe('a log line', () => {
  it('[req R46] contains time, level, state and message', () => {
    const line = logLine({
      timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
      level: 'INFO',
      scope: 'downloading',
      text: 'Downloading hf:org/repo',
    });
    expect(line).toBe('2026-01-02T03:04:05.006Z INFO  [downloading] Downloading hf:org/repo');
  });

  it('is one line without secrets, whatever the message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = logLine({
          timeMs: 0,
          level: 'WARN',
          scope: 'ready',
          text: `${text}\nBearer abcdefgh12345`,
        });
        expect(line).not.toMatch(/[\r\n\u0085]|abcdefgh12345/);
      }),
    );
  });

  it('[req R46] is written at LOG_LEVEL and above', () => {
    expect(parseLogLevel('warn')).toBe('WARN');
    expect(parseLogLevel('loud')).toBeNull();
    expect(isLogged('INFO', 'WARN')).toBe(false);
    expect(isLogged('ERROR', 'WARN')).toBe(true);
  });
});

describe('a progress line', () => {
  it('[req N08] [req R48] starts with Downloading and shows the progress', () => {
    expect(progressLine(half)).toBe(
      'Downloading hf:org/repo: 50 %, 95.4 MiB of 191 MiB, 9.5 MiB/s, 10s left',
    );
  });

  it('distinguishes a downloaded model from one already present', () => {
    expect(progressLine({ ...half, state: 'present', fetchedBytes: 0 })).toBe('Already present hf:org/repo');
    expect(progressLine({ ...half, state: 'present' })).toBe('Downloaded hf:org/repo: 95.4 MiB');
  });

  it.each(['present', 'failed'] as const)('is written once for a model that is %s', (state) => {
    const mark = progressMark({ ...half, state }, 0);
    expect(needsProgressLine(mark, { ...half, state, doneBytes: 200_000_000 }, 60_000)).toBe(false);
  });

  it('[req R48] is written for a new state, every 10 percent and every 5 seconds', () => {
    const mark = progressMark(half, 0);
    const at = (percent: number) => ({ ...half, doneBytes: percent * 2_000_000 });
    expect(needsProgressLine(undefined, half, 0)).toBe(true);
    expect(needsProgressLine(mark, at(59), 4_999)).toBe(false);
    expect(needsProgressLine(mark, at(59), 5_000)).toBe(true);
    expect(needsProgressLine(mark, at(60), 1)).toBe(true);
    expect(needsProgressLine(mark, half, 60_000)).toBe(false);
    expect(needsProgressLine(mark, { ...half, state: 'verifying' }, 1)).toBe(true);
    expect(needsProgressLine(mark, { ...half, note: 'stalled' }, 1)).toBe(true);
  });
});
