import type { WorkerState } from '../domain/worker-status.ts';

/** What can happen to a worker. */
export type WorkerInput =
  | 'models-missing'
  /** every byte is here; the last files are being hashed and put in place */
  | 'bytes-complete'
  | 'models-present'
  /** every engine answers */
  | 'engines-answer'
  /** at least one engine does not answer */
  | 'engines-down'
  /** the coordinator knows the worker, or there is none to know it */
  | 'registered'
  | 'stop'
  | 'fault';

type Row = Readonly<Partial<Record<WorkerInput, WorkerState>>>;

const NEXT: Readonly<Record<WorkerState, Row>> = {
  checking: { 'models-missing': 'downloading', 'models-present': 'waiting-for-engines' },
  downloading: { 'bytes-complete': 'verifying', 'models-present': 'waiting-for-engines' },
  verifying: { 'models-missing': 'downloading', 'models-present': 'waiting-for-engines' },
  'waiting-for-engines': { 'models-missing': 'downloading', 'engines-answer': 'registering' },
  registering: {
    'models-missing': 'downloading',
    'engines-down': 'waiting-for-engines',
    registered: 'ready',
  },
  ready: { 'models-missing': 'downloading', 'engines-down': 'degraded' },
  degraded: { 'models-missing': 'downloading', 'engines-answer': 'ready' },
  failed: {},
  draining: {},
};

/** The state after an input; an input that means nothing in a state leaves it. `failed` waits for a stop, `draining` for nothing. */
export function nextState(state: WorkerState, input: WorkerInput): WorkerState {
  if (state === 'draining') return state;
  if (input === 'stop') return 'draining';
  if (input === 'fault') return 'failed';
  return NEXT[state][input] ?? state;
}
