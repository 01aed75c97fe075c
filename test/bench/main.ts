import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compareCommands } from './commands.ts';
import { compareDownloads } from './downloads.ts';
import { compareHosts } from './hosts.ts';
import { comparePlans } from './plans.ts';
import { compareStores } from './stores.ts';

// scripts/bench.sh gives the `main.js` of the revision to compare the commands with
const { values, positionals } = parseArgs({
  options: { base: { type: 'string' }, hosts: { type: 'boolean' } },
  allowPositionals: true,
});

const program = resolve('dist/cli/main.js');
if (values.hosts === true) await compareHosts(program);
else if (values.base === undefined) {
  await compareDownloads(positionals);
  await compareStores(positionals);
  comparePlans(positionals);
} else await compareCommands(resolve(values.base), program);
