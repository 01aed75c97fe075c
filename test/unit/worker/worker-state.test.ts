import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WORKER_STATES, type WorkerState } from '../../../src/core/domain/worker-status.ts';
import { nextState, type WorkerInput } from '../../../src/core/worker/worker-state.ts';

const INPUTS: readonly WorkerInput[] = [
  'models-missing',
  'bytes-complete',
  'models-present',
  'engines-answer',
  'engines-down',
  'registered',
  'stop',
  'fault',
];

const HAPPY = ['models-missing', 'models-present', 'engines-answer', 'registered'] as const;

// Random inputs, often with a successful sequence, because few random walks would reach ready.
const inputs = fc
  .array(
    fc.oneof(
      fc.constantFrom(...INPUTS).map((input) => [input]),
      fc.constant(HAPPY),
    ),
    { maxLength: 20 },
  )
  .map((runs): readonly WorkerInput[] => runs.flat());

function walk(taken: readonly WorkerInput[]): readonly WorkerState[] {
  const states: WorkerState[] = ['checking'];
  for (const input of taken) states.push(nextState(states.at(-1)!, input));
  return states;
}

describe('the states of a worker', () => {
  it('[req R40] go from checking through download and engines to ready', () => {
    const path = walk(['models-missing', 'bytes-complete', 'models-present', 'engines-answer', 'registered']);
    expect(path).toEqual([
      'checking',
      'downloading',
      'verifying',
      'waiting-for-engines',
      'registering',
      'ready',
    ]);
  });

  it('change to degraded and back with the engines', () => {
    expect(nextState('ready', 'engines-down')).toBe('degraded');
    expect(nextState('degraded', 'engines-answer')).toBe('ready');
  });

  it('[req R40] never reach registering before models are present and engines respond', () => {
    fc.assert(
      fc.property(inputs, (taken) => {
        walk(taken).forEach((state, index) => {
          if (state !== 'registering' && state !== 'ready' && state !== 'degraded') return;
          const past = taken.slice(0, index);
          const present = past.indexOf('models-present', past.lastIndexOf('models-missing') + 1);
          expect(present).toBeGreaterThanOrEqual(0);
          expect(past.slice(present)).toContain('engines-answer');
        });
      }),
    );
  });

  it('are ready only while all engines responded last', () => {
    fc.assert(
      fc.property(inputs, (taken) => {
        walk([...HAPPY, ...taken]).forEach((state, index) => {
          if (state !== 'ready') return;
          const words = [...HAPPY, ...taken].slice(0, index).filter((each) => each.startsWith('engines-'));
          expect(words.at(-1)).toBe('engines-answer');
        });
      }),
    );
  });

  it('leave failed only on stop, and never leave draining', () => {
    for (const input of INPUTS) {
      expect(nextState('draining', input)).toBe('draining');
      expect(nextState('failed', input)).toBe(input === 'stop' ? 'draining' : 'failed');
    }
  });

  it.each(WORKER_STATES)('allow a stop in %s', (state) => {
    expect(nextState(state, 'stop')).toBe('draining');
  });
});
