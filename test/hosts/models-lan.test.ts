import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostsProject, type UpOverHosts } from '../helpers/hosts/hosts-project.ts';
import { startHosts } from '../helpers/hosts/start-hosts.ts';

test('with models.distribute: lan, a model crosses the internet once, and rma token rotate replaces the tokens of all hosts', async () => {
  const { h1, h2 } = await startHosts({ h1: {}, h2: {} });
  const project = await hostsProject(
    [h1, h2],
    'profiles: [cpu-worker]',
    'placement: { cpu-worker: { replicas: all } }',
    'models: { distribute: lan }',
  );
  const { hosts } = await project.json<UpOverHosts>('up');
  expect(hosts.map(({ error }) => error)).toEqual([undefined, undefined]);
  expect(project.filesSent()).toBe(1);
  const secrets = (home: string) => join(home, '.local/state/rma/fleet/secrets');
  for (const host of [h1, h2]) {
    expect(existsSync(join(secrets(host.home), 'peer_token'))).toBe(false);
    expect(await host.docker('ps', '--all', '--filter', 'label=rma.one-off', '--quiet')).toBe('');
  }

  const tokens = () =>
    [h1, h2].map(({ home }) => readFileSync(join(secrets(home), 'worker_token_cpu-worker'), 'utf8'));
  const [old1, old2] = tokens();
  await project.json('token', 'rotate');
  const [new1, new2] = tokens();
  expect(new Set([old1, old2, new1, new2]).size).toBe(4);
  expect(existsSync(join(secrets(h2.home), 'coordinator_ca_key'))).toBe(false);
  expect((await project.json<UpOverHosts>('up')).operations).toEqual([]);
});
