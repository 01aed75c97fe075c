import { roleOf } from '../../../src/core/domain/container.ts';
import type { FakeHost } from './fake-host.ts';

export const ACCIDENTS = [
  'exit',
  'destroy',
  'pause',
  'crash-loop',
  'unhealthy',
  'disconnect',
  'lose-secrets',
  'lose-file',
  'lose-model',
] as const;

export interface Accident {
  readonly kind: (typeof ACCIDENTS)[number];
  /** index of the affected container */
  readonly nth: number;
}

/** Changes a fake host behind rma's back. */
export function happen(host: FakeHost, { kind, nth }: Accident): void {
  const container = host.engine.all[nth % Math.max(1, host.engine.all.length)];
  if (container === undefined) return;
  switch (kind) {
    case 'exit':
      host.engine.exit(container.id, 1);
      break;
    case 'destroy':
      host.engine.destroy(container.id);
      break;
    case 'pause':
      host.engine.alter(container.id, { state: 'paused' });
      break;
    case 'crash-loop':
      host.engine.alter(container.id, { state: 'restarting', restarts: 7 });
      break;
    case 'unhealthy':
      host.engine.alter(container.id, { health: 'unhealthy' });
      break;
    case 'disconnect':
      host.engine.alter(container.id, { lostNetwork: 'demo_default' });
      break;
    case 'lose-secrets':
      host.files.forget('/srv/demo/.rma/secrets');
      break;
    case 'lose-file':
      host.files.forget('/srv/demo/.rma/compose.yaml');
      break;
    case 'lose-model':
      loseModel(host, container.models[0]);
      break;
  }
}

/** A model that was deleted while its workers were stopped. */
function loseModel(host: FakeHost, ref: string | undefined): void {
  if (ref === undefined) return;
  host.workers.store.delete(ref);
  const owners = host.engine.all.filter((each) => roleOf(each) === 'worker' && each.models.includes(ref));
  for (const { id } of owners) host.engine.exit(id, 0);
}
