import { lockReport } from '../../../app/lock/lock-report.ts';
import { requireDocker } from '../../../app/observe/require-docker.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { lockDocument, renderLocks, reservationDocument } from '../../render/locks.ts';

export async function showLocks(_input: unknown, context: Context): Promise<CommandResult> {
  const host = await context.host();
  const invocation = await context.invocation();
  await requireDocker(host);
  const report = await lockReport(host, invocation);
  const locks = report.locks.map(lockDocument);
  return {
    json: {
      schema: 'rma.lock-status/v1',
      locks,
      reservations: report.reservations.map(reservationDocument),
    },
    human: (theme) => renderLocks(report, theme),
    ids: report.locks.flatMap(({ volumes }) => volumes.slice(-1)),
    items: locks,
  };
}
