import { expect, test, vi } from 'vitest';
import { coordinatorWorkers } from '../helpers/hosts/coordinator-list.ts';
import { chat, hostsProject, type UpOverHosts, writeProfile } from '../helpers/hosts/hosts-project.ts';
import { startHosts } from '../helpers/hosts/start-hosts.ts';
import { PATIENCE } from '../helpers/patience.ts';
import { startRma } from '../helpers/stack/running-rma.ts';

test('up places profiles on three hosts by memory, each answers a chat, and every verb shows all of them', async () => {
  const hosts = await startHosts({
    h1: { gpus: { shape: '1x24' } },
    h2: { gpus: { shape: '8x80' } },
    h3: {},
  });
  const { h1, h2, h3 } = hosts;
  const project = await hostsProject([h1, h2, h3], 'profiles: [large, small, cpu-worker]');
  writeProfile(project, 'large', { needs: ['min_gpu_memory: 40GB'], context: 2048 });
  writeProfile(project, 'small', { context: 1024 });

  const up = await project.json<UpOverHosts>('up');
  const placed = (service: string) =>
    up.hosts.find(({ endpoints }) => endpoints.some((each) => each.service === `${service}-llamacpp`))?.host;
  expect({ large: placed('large'), small: placed('small'), cpu: placed('cpu-worker') }).toEqual({
    large: 'h2',
    small: 'h1',
    cpu: 'h3',
  });
  const urls = up.hosts.flatMap(({ endpoints }) => endpoints.filter(({ chatPath }) => chatPath !== null));
  expect(await Promise.all(urls.map(({ url }) => chat(url)))).toEqual([200, 200, 200]);
  await vi.waitFor(async () => {
    const all = ['h1-fleet-small ready', 'h2-fleet-large ready', 'h3-fleet-cpu-worker ready'];
    expect(await coordinatorWorkers(h1)).toEqual(all);
  }, PATIENCE);

  const { stdout } = await project.rma('ps');
  expect(stdout).toMatch(/^HOST +PROJECT +SERVICE/);
  for (const row of [/^h1 .* small-llamacpp /m, /^h2 .* large-llamacpp /m, /^h3 .* cpu-worker-llamacpp /m]) {
    expect(stdout).toMatch(row);
  }
  const logs = startRma(project, 'logs', '--follow');
  for (const worker of ['small', 'large', 'cpu-worker']) {
    await logs.line(new RegExp(`^h[123] +${worker}-worker-1 .* state ready`));
  }
  logs.child.kill('SIGINT');

  expect((await project.json<UpOverHosts>('up')).operations).toEqual([]);
  expect((await project.rma('down')).code).toBe(0);
  for (const host of [h1, h2, h3]) expect(await host.docker('ps', '--all', '--quiet')).toBe('');
});

test('a host that is added gets its part, each host fetches its models once, and what runs stays', async () => {
  const { h1, h2 } = await startHosts({ h1: {}, h2: {} });
  const project = await hostsProject(
    [h1],
    'profiles: [cpu-worker]',
    'placement: { cpu-worker: { replicas: all } }',
  );
  await project.json<UpOverHosts>('up');
  const before = await h1.docker('ps', '--no-trunc', '--quiet');
  expect(project.filesSent()).toBe(1);
  const added = await project.rma('hosts', 'add', 'h2', h2.ssh, '--bind', h2.ip);
  expect(added.code).toBe(0);
  const { hosts } = await project.json<UpOverHosts>('up');
  expect(hosts.map(({ host }) => host)).toEqual(['h1', 'h2']);
  expect(await h1.docker('ps', '--no-trunc', '--quiet')).toBe(before);
  expect(project.filesSent()).toBe(2);
  const endpoints = hosts.flatMap((each) => each.endpoints.filter(({ chatPath }) => chatPath !== null));
  expect(await Promise.all(endpoints.map(({ url }) => chat(url)))).toEqual([200, 200]);
  await project.json('models', 'pull');
  expect(project.filesSent()).toBe(2);
});
