import { releaseLock } from '../../../app/lock/release-lock.ts';
import { requireDocker } from '../../../app/observe/require-docker.ts';
import type { LockKey } from '../../../core/domain/lock.ts';
import { holderText, lockedThing } from '../../../core/reservation/lock-texts.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { lockDocument, reservationDocument } from '../../render/locks.ts';

interface ReleaseInput {
  readonly planning: boolean;
}

export async function releaseLocks({ planning }: ReleaseInput, context: Context): Promise<CommandResult> {
  const key: LockKey = planning
    ? { kind: 'planning' }
    : { kind: 'project', project: (await context.config()).config.project };
  const host = await context.host();
  const invocation = await context.invocation();
  await requireDocker(host);
  const released = await releaseLock(host, invocation, {
    key,
    confirm: async ({ owner }) =>
      context.confirm(`${lockedThing(key)} is locked by ${holderText(owner)}. Release the lock?`),
  });
  const { locks, reservations } = released;
  const thing = lockedThing(key);
  const isFree = locks.length + reservations.length === 0;
  return {
    json: {
      schema: 'rma.lock-release/v1',
      locks: locks.map(lockDocument),
      reservations: reservations.map(reservationDocument),
    },
    human: () => (isFree ? `Nothing to do: ${thing} is not locked.` : `Released ${thing}.`),
    ids: locks.flatMap(({ volumes }) => volumes.slice(-1)),
  };
}
