import { buildIfOld } from '../helpers/stack/build-if-old.ts';

/** The tests run on the machine of the user of hosts: only there are the hosts reachable. Builds rma first if needed. */
export default async function setup(): Promise<void> {
  if (process.env['RMA_HOSTS'] === undefined) {
    throw new Error('run it as: scripts/hosts.sh run npx vitest run --project hosts');
  }
  await buildIfOld();
}
