import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PlainReporter } from '../../../src/cli/reporters/plain.ts';
import { type ErrorCode, EXIT } from '../../../src/core/errors.ts';
import type { RmaEvent } from '../../../src/core/events.ts';
import { modelEvent } from '../../helpers/cli/progress.ts';
import { theme } from '../../helpers/cli/theme.ts';

function linesOf(events: readonly (RmaEvent | number)[], verbosity = 0): readonly string[] {
  const err = new PassThrough();
  let now = 0;
  const reporter = new PlainReporter({ err, theme: theme(), verbosity, now: () => now });
  for (const event of events) {
    if (typeof event === 'number') now += event;
    else reporter.emit(event);
  }
  reporter.close();
  const text = String(err.read() ?? '');
  return text === '' ? [] : text.trimEnd().split('\n');
}

describe('progress without a terminal', () => {
  it('prints a line per model every 10 percent or 5 seconds', () => {
    const events = [
      modelEvent(0),
      100,
      modelEvent(9),
      100,
      modelEvent(10),
      100,
      modelEvent(11),
      5000,
      modelEvent(12),
    ];
    expect(linesOf(events)).toEqual([
      'hf:org/repo: downloading 0 %, 0 B of 100 MiB, 10.0 MiB/s, ETA 10s',
      'hf:org/repo: downloading 10 %, 10.0 MiB of 100 MiB, 10.0 MiB/s, ETA 9s',
      'hf:org/repo: downloading 12 %, 12.0 MiB of 100 MiB, 10.0 MiB/s, ETA 9s',
    ]);
  });

  it('prints a line per state change, with the bytes downloaded', () => {
    const waiting = modelEvent(0, { state: 'waiting', note: 'box2 fetches it' });
    const present = modelEvent(100, { state: 'present', fetchedBytes: 0 });
    expect(linesOf([waiting, waiting, modelEvent(0, { state: 'verifying' }), present, present])).toEqual([
      'hf:org/repo: waiting (box2 fetches it)',
      'hf:org/repo: verifying',
      'hf:org/repo: present, 100 MiB, nothing to download',
    ]);
  });

  it('prints the progress of a step every 10 percent or 5 seconds, and again for the next step', () => {
    const start: RmaEvent = { type: 'step', id: 'v', state: 'start', text: 'verifying' };
    const bytes = (percent: number): RmaEvent => ({
      type: 'bytes',
      progress: {
        doneBytes: percent * 2 ** 20,
        totalBytes: 100 * 2 ** 20,
        bytesPerSecond: null,
        etaSeconds: null,
      },
    });
    expect(linesOf([start, bytes(0), bytes(9), bytes(30), 5000, bytes(31), start, bytes(90)])).toEqual([
      '→ verifying',
      '30 %, 30.0 MiB of 100 MiB',
      '31 %, 31.0 MiB of 100 MiB',
      '→ verifying',
    ]);
  });

  it('prints steps and warnings as lines, and replaces control characters', () => {
    const events: readonly RmaEvent[] = [
      { type: 'step', id: 'a', state: 'start', text: 'Build' },
      { type: 'step', id: 'a', state: 'done', text: 'Built\r\u001b[2J' },
      { type: 'warning', code: 'RMA_X', text: 'odd', hint: 'rma y' },
    ];
    expect(linesOf(events)).toEqual(['→ Build', '✔ Built [2J', 'warning: odd (RMA_X)', '  hint: rma y']);
  });

  it('prints a model as failed only if the command was not stopped', () => {
    const end = (code: ErrorCode, message: string) => {
      const fault = { code, message, exitCode: EXIT.failed };
      return linesOf([modelEvent(50, { state: 'failed', note: message, fault })]);
    };
    expect(end('RMA_HUB_GATED', 'org/repo is gated')).toEqual(['hf:org/repo: failed: org/repo is gated']);
    expect(end('RMA_INTERRUPTED', 'interrupted by SIGINT')).toEqual(['hf:org/repo: interrupted by SIGINT']);
    expect(end('RMA_TERMINATED', 'interrupted by SIGTERM')).toEqual(['hf:org/repo: interrupted by SIGTERM']);
  });

  it('prints log lines only with -v', () => {
    const logs: readonly RmaEvent[] = [
      { type: 'log', level: 'info', text: 'info' },
      { type: 'log', level: 'debug', text: 'debug' },
    ];
    expect([linesOf(logs), linesOf(logs, 1), linesOf(logs, 2)]).toEqual([[], ['info'], ['info', 'debug']]);
  });
});
