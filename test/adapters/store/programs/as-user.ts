// Prepares a store as the current user with the given umask, without downloads. Prints the error as JSON.
import { testStore } from '../../../helpers/store/store-fixture.ts';

const [root = '', umask = '022'] = process.argv.slice(2);
process.umask(Number.parseInt(umask, 8));
try {
  await testStore(root).prepare();
  process.stdout.write('prepared\n');
} catch (error) {
  process.stdout.write(`${JSON.stringify(error)}\n${error instanceof Error ? error.message : ''}\n`);
}
