import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { abortOnSignals } from '../../../src/cli/signals.ts';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('%s aborts the first time and exits with %d the second time', (name, exitCode) => {
    const source = new FakeProcess();
    const told: string[] = [];
    const { signal } = abortOnSignals(source, (line) => told.push(line));
    expect(signal.aborted).toBe(false);
    source.emit(name);
    expect(signal.reason).toMatchObject({ exitCode });
    expect([source.exits, told.length]).toEqual([[], 1]);
    source.emit(name);
    expect(source.exits).toEqual([exitCode]);
  });
});
