import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostsProject, type UpOverHosts } from '../helpers/hosts/hosts-project.ts';
import { startHosts } from '../helpers/hosts/start-hosts.ts';

test('with models.distribute: lan, a model crosses the internet once', async () => {
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
  for (const host of [h1, h2]) {
    expect(existsSync(join(host.home, '.local/state/rma/fleet/secrets/peer_token'))).toBe(false);
    expect(await host.docker('ps', '--all', '--filter', 'label=rma.one-off', '--quiet')).toBe('');
  }
});
