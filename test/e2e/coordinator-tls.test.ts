import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readerToken } from '../../src/core/registration-token.ts';
import { ENGINE, MODEL, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';

test('a coordinator beyond loopback uses TLS, and rma token rotate replaces its tokens while the engine keeps running', async () => {
  const stack = await startStack();
  await stack.up('--bind', '0.0.0.0');
  const [ca, key] = await secretsOf(stack);
  expect(await list(stack, ca, key)).toEqual([200, [MODEL]]);
  const before = await stack.containers();
  const started = await startOf(stack, ENGINE);

  const rotated = await stack.rma('token', 'rotate', '--bind', '0.0.0.0', '--json');
  expect(rotated).toMatchObject({ code: 0 });
  const { operations } = JSON.parse(rotated.stdout);
  const restarted = operations.flatMap(({ kind, service }: Record<string, string>) =>
    kind === 'restart-service' ? [service] : [],
  );
  expect(restarted).toEqual(['coordinator', WORKER]);
  const [newCa, newKey] = await secretsOf(stack);
  expect(await list(stack, newCa, newKey)).toEqual([200, [MODEL]]);
  expect(await list(stack, newCa, key)).toEqual([403, []]);
  expect(await list(stack, ca, newKey)).toEqual([expect.stringContaining('CERT'), []]);
  expect(await stack.containers()).toEqual(before);
  expect(await startOf(stack, ENGINE)).toBe(started);
  for (const secret of [key, newKey]) expect(stack.said.join('')).not.toContain(secret);
  expect(await stack.up('--bind', '0.0.0.0')).toMatchObject({ changed: false });
});

async function secretsOf({ dir }: Stack): Promise<readonly [ca: string, key: string]> {
  const read = async (name: string) => readFile(join(dir, '.rma/secrets', name), 'utf8');
  return [await read('coordinator_ca'), await read('coordinator_key')];
}

async function startOf(stack: Stack, service: string): Promise<string> {
  return stack.docker('inspect', '--format', '{{.State.StartedAt}}', await stack.container(service));
}

/** Returns the status, or the code of the error, and the models of the coordinator's list. */
function list({ ports }: Stack, ca: string, key: string): Promise<readonly [unknown, readonly string[]]> {
  const headers = { authorization: `Bearer ${readerToken(key)}` };
  const options = {
    host: '127.0.0.1',
    port: ports.coordinator,
    path: '/v1/models',
    ca,
    headers,
    agent: false,
  };
  return new Promise((resolve) => {
    const outgoing = request(options, async (response) => {
      const chunks = await response.toArray();
      const { data = [] } = JSON.parse(Buffer.concat(chunks).toString());
      resolve([response.statusCode, data.map(({ id }: { readonly id: string }) => id)]);
    });
    outgoing.on('error', (error) => resolve(['code' in error ? error.code : error.message, []]));
    outgoing.end();
  });
}
