import type { WorkerState } from '../domain/worker-status.ts';

/** Events that change the state of a worker. */
export type WorkerInput =
  | 'models-missing'
  /** all bytes are downloaded; the last files are being hashed and published */
  | 'bytes-complete'
  | 'models-present'
  /** every engine responds */
  | 'engines-answer'
  /** at least one engine does not respond */
  | 'engines-down'
  /** the worker is registered, or there is no coordinator */
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

/** Returns the state after an input; an input without effect keeps the state. `failed` only ends by a stop, `draining` never. */
export function nextState(state: WorkerState, input: WorkerInput): WorkerState {
  if (state === 'draining') return state;
  if (input === 'stop') return 'draining';
  if (input === 'fault') return 'failed';
  return NEXT[state][input] ?? state;
}
