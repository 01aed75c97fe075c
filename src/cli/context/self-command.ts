import { realpathSync } from 'node:fs';

/** Returns the command that runs this installation of rma: Node.js and the script, absolute. */
export function selfCommand(): readonly [string, string] {
  return [process.execPath, realpathSync(process.argv[1] ?? '')];
}
