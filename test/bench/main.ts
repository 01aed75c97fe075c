import { resolve } from 'node:path';
import { compareCommands } from './commands.ts';
import { compareDownloads } from './downloads.ts';

/** scripts/bench.sh gives the `main.js` of the revision to compare with; without one only downloads are compared. */
const [base] = process.argv.slice(2);

await compareDownloads();
if (base !== undefined) await compareCommands(resolve(base), resolve('dist/cli/main.js'));
