import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { displayWidth } from '../../../src/cli/render/display-width.ts';
import { TtyReporter } from '../../../src/cli/reporters/tty.ts';
import type { RmaEvent } from '../../../src/core/events.ts';
import { FakeTerminal } from '../../helpers/cli/fake-terminal.ts';
import { modelEvent } from '../../helpers/cli/progress.ts';
import { theme } from '../../helpers/cli/theme.ts';

const FRAME_MS = 100;
const step = (state: 'start' | 'done', text: string): RmaEvent => ({ type: 'step', id: 's', state, text });

function open(columns = 80): { readonly terminal: FakeTerminal; readonly reporter: TtyReporter } {
  const terminal = new FakeTerminal(columns);
  const reporter = new TtyReporter({ err: terminal, theme: theme({ columns }), verbosity: 0 });
  onTestFinished(() => reporter.close());
  return { terminal, reporter };
}

describe('progress on a terminal', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  it('shows a spinner with the step, one line per model and a total for several', () => {
    const { terminal, reporter } = open();
    reporter.emit(step('start', 'Fetching'));
    reporter.emit(modelEvent(50));
    reporter.emit(modelEvent(0, { ref: 'hf:org/other', state: 'waiting', note: 'box2 fetches it' }));
    vi.advanceTimersByTime(FRAME_MS);
    const [first, ...models] = terminal.screen.split('\n');
    expect(first).toMatch(/^\S Fetching$/);
    expect(models).toEqual([
      '  hf:org/repo   █████░░░░░  50 %  50.0 MiB of 100 MiB  10.0 MiB/s  ETA 5s',
      '  hf:org/other  waiting (box2 fetches it)',
      '  total         ███░░░░░░░  25 %  50.0 MiB of 200 MiB  10.0 MiB/s  ETA 15s',
    ]);
  });

  it('shows the bytes of a step next to it, until the step ends', () => {
    const { terminal, reporter } = open();
    const progress = { doneBytes: 2 ** 20, totalBytes: 2 ** 21, bytesPerSecond: 2 ** 20, etaSeconds: 1 };
    reporter.emit(step('start', 'verifying all models'));
    reporter.emit({ type: 'bytes', progress });
    vi.advanceTimersByTime(FRAME_MS);
    expect(terminal.screen).toMatch(
      /^\S verifying all models {2}50 % {2}1\.0 MiB of 2\.0 MiB {2}1\.0 MiB\/s {2}ETA 1s$/,
    );
    reporter.emit(step('done', 'verifying all models'));
    reporter.close();
    expect(terminal.screen).toBe('✔ verifying all models');
  });

  it('cuts long names and notes in their middle: names differ at the end, and a note ends with its cause', () => {
    const { terminal, reporter } = open();
    const file = 'Qwen/Qwen2.5-7B-Instruct/model-00002-of-00002.safetensors at byte 12345678';
    const note = `${file}: connect ECONNREFUSED 192.0.2.1:443; retrying`;
    reporter.emit(modelEvent(50, { ref: 'hf:Qwen/Qwen2.5-7B-Instruct', state: 'waiting', note }));
    vi.advanceTimersByTime(FRAME_MS);
    expect(terminal.screen).toMatch(/^ {2}hf:…Instruct {2}waiting .*…/m);
    expect(terminal.screen).toMatch(/ECONNREFUSED 192\.0\.2\.1:443; retrying\)$/m);
  });

  it('leaves a line per finished step and model, without a spinner', () => {
    const { terminal, reporter } = open();
    reporter.emit(step('start', 'Fetching'));
    reporter.emit(modelEvent(50));
    vi.advanceTimersByTime(FRAME_MS);
    reporter.emit(modelEvent(100, { state: 'present' }));
    vi.advanceTimersByTime(FRAME_MS);
    reporter.emit(step('done', 'Fetched'));
    reporter.close();
    expect(terminal.screen).toBe('✔ hf:org/repo: present, 100 MiB, 100 MiB downloaded\n✔ Fetched');
  });

  it('never writes a line wider than the terminal', () => {
    for (const columns of [1, 4, 10, 25, 40, 79, 200]) {
      const { terminal, reporter } = open(columns);
      reporter.emit(step('start', 'A step with a rather long description of what it does'));
      reporter.emit(modelEvent(50, { ref: 'hf:organisation/模型-with-a-long-name-q4_k_m' }));
      vi.advanceTimersByTime(FRAME_MS);
      const widest = Math.max(...terminal.screen.split('\n').map(displayWidth));
      expect(widest).toBeLessThanOrEqual(Math.max(columns, 3));
      reporter.close();
    }
  });

  it('redraws at most ten times a second', () => {
    const { terminal, reporter } = open();
    reporter.emit(modelEvent(0));
    const before = terminal.raw.length;
    for (let index = 0; index < 1000; index++) reporter.emit(modelEvent(50));
    expect(terminal.raw.length).toBe(before);
    vi.advanceTimersByTime(FRAME_MS);
    expect(terminal.raw.length).toBeGreaterThan(before);
  });

  it('never hides the cursor', () => {
    const { terminal, reporter } = open();
    reporter.emit(step('start', 'Fetching'));
    vi.advanceTimersByTime(FRAME_MS);
    reporter.close();
    expect(terminal.raw).not.toContain('\u001b[?25l');
  });

  it('shows only as many models as the terminal has rows', () => {
    const { terminal, reporter } = open();
    terminal.rows = 6;
    for (let index = 0; index < 20; index++) reporter.emit(modelEvent(index, { ref: `hf:org/m${index}` }));
    vi.advanceTimersByTime(FRAME_MS);
    expect(terminal.screen.split('\n').length).toBeLessThan(6);
  });
});
