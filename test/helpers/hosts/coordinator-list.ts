import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import type { TestHost } from './test-host.ts';

interface ListedWorker {
  readonly id: string;
  readonly state: string;
}

/** Returns the workers that the coordinator of the project lists, sorted, as docs/registration.md says. */
export async function coordinatorWorkers(host: TestHost): Promise<readonly string[]> {
  const { workers } = await ask<{ readonly workers: readonly ListedWorker[] }>(host, '/v1/workers');
  return workers.map(({ id, state }) => `${id} ${state}`).sort();
}

function ask<Answer>(host: TestHost, path: string): Promise<Answer> {
  const secret = (name: string) => readFileSync(join(host.home, '.local/state/rma/fleet/secrets', name));
  const token = createHmac('sha256', secret('coordinator_key').toString())
    .update('rma-reader/v1')
    .digest('hex');
  const options = { ca: secret('coordinator_ca'), headers: { authorization: `Bearer ${token}` } };
  return new Promise((resolve, reject) => {
    get(`https://${host.ip}:7700${path}`, options, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      resolve(JSON.parse(Buffer.concat(chunks).toString()) as Answer);
    }).on('error', reject);
  });
}
