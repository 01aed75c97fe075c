import { open } from 'node:fs/promises';
import { FrontierHash } from '../../../../src/adapters/store/transfer/frontier-hash.ts';

// Prints the digest of a file, hashed in a thread. Nothing but the thread keeps the process alive, and nothing ends it.
const [path = '', size] = process.argv.slice(2);
const handle = await open(path, 'r');
const hash = new FrontierHash({
  handle,
  algorithm: 'sha256',
  bytes: Number(size),
  threadBytes: 0,
  onWrong: () => process.exit(1),
});
hash.advance(Number(size));
process.stdout.write(`${await hash.digest()}\n`);
await hash.stop();
await handle.close();
