// Downloads a reference into a store, and prints the result. Its sleeps are short: a heartbeat is written every 100 ms.
import { systemClock } from '../../../../src/adapters/clock/system-clock.ts';
import { testFetcher, testStore } from '../../../helpers/store/store-fixture.ts';

const [root = '', endpoint = '', ref = ''] = process.argv.slice(2);
const clock = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 100, signal),
};
const fetcher = testFetcher(root, endpoint, { store: testStore(root, { clock }) });
const [result] = await fetcher.fetch([await fetcher.resolve(ref)]);
const fault = result?.state === 'failed' ? result.error : null;
process.stdout.write(
  `${JSON.stringify({ ...result, error: fault instanceof Error ? fault.message : null })}\n`,
);
process.exit(0);
