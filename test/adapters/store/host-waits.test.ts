import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { createSlot } from '../../../src/adapters/store/transfer/staging.ts';
import { HttpTransfer } from '../../../src/adapters/store/transfer/transfer.ts';
import type { Received } from '../../../src/ports/transfer.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { testHttp } from '../../helpers/store/test-http.ts';

test('[fail H1] a wait that a server requests applies to all downloads from it', async () => {
  const server = await startModelServer();
  const content = randomBytes(1000);
  const clock = new FakeClock();
  const folder = tempFolder();
  const transfer = new HttpTransfer({ http: testHttp(), clock, random: () => 0, disk: realDisk });
  const requestedAt: number[] = [];
  server.fault = (_, response) => {
    requestedAt.push(clock.monotonic());
    if (requestedAt.length === 1) response.writeHead(429, { 'retry-after': '42' }).end();
    else response.end(content);
    return true;
  };
  const fetchOne = async (): Promise<Received> =>
    transfer.fetch({
      location: { url: `${server.url}/${randomUUID()}`, authorization: null },
      bytes: content.length,
      digest: { algorithm: 'sha256', hex: sha256(content) },
      slot: await createSlot(realDisk, join(folder, randomUUID()), content.length),
      label: 'acme/tiny/model.bin',
      magic: null,
      onBytes: () => undefined,
      signal: new AbortController().signal,
    });
  const first = fetchOne();
  await clock.sleeping(42_000);
  clock.advance(1000);
  const second = fetchOne();
  await Promise.race([clock.sleeping(41_000), second]);
  clock.advance(41_000);
  await Promise.all([first, second]);
  expect(requestedAt).toEqual([0, 42_000, 42_000]);
});
