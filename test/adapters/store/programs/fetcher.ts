// Downloads references into a store. Prints a line when bytes arrive, one when some are durable, and the results.
import { durableBytes, testFetcher, writtenBytes } from '../../../helpers/store/store-fixture.ts';

const [root = '', endpoint = '', ...refs] = process.argv.slice(2);
const controller = new AbortController();
process.on('SIGTERM', () => controller.abort(new Error('SIGTERM')));

const fetcher = testFetcher(root, endpoint);
const models = await Promise.all(refs.map((ref) => fetcher.resolve(ref)));
const told = setInterval(() => {
  // not the progress events: they are throttled, so the last one before a stall is missing
  if (writtenBytes(root) > 0) process.stdout.write('receiving\n');
  if (durableBytes(root) > 0) process.stdout.write('durable\n');
}, 5);
try {
  const results = await fetcher.fetch(models, controller.signal);
  process.stdout.write(
    `${JSON.stringify(results.map(({ state, fetchedBytes }) => ({ state, fetchedBytes })))}\n`,
  );
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
} finally {
  clearInterval(told);
}
process.exit(0);
