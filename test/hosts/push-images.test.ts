import { expect, test } from 'vitest';
import { chat, hostsProject, type UpOverHosts } from '../helpers/hosts/hosts-project.ts';
import { startHosts } from '../helpers/hosts/start-hosts.ts';

test('a host without images gets them from another host, and answers', async () => {
  const { h1, h2 } = await startHosts({ h1: {}, h2: {} });
  const images = (await h2.docker('images', '--quiet')).split('\n');
  await h2.docker('rmi', '--force', ...new Set(images));
  const project = await hostsProject(
    [h1, h2],
    'profiles: [cpu-worker]',
    'placement: { cpu-worker: { replicas: all } }',
  );
  const { hosts, operations } = await project.json<UpOverHosts>('up', '--push-images');
  expect(operations.filter(({ kind }) => kind === 'push-image')).toHaveLength(2);
  expect(operations.filter(({ kind }) => kind === 'pull-image')).toEqual([]);
  const [own, pushed] = await Promise.all(
    [h1, h2].map(async (host) => host.docker('images', '--no-trunc', '--format', '{{.ID}} {{.Tag}}')),
  );
  for (const line of pushed?.split('\n') ?? []) expect(own).toContain(line);
  const urls = hosts.flatMap((each) => each.endpoints.filter(({ chatPath }) => chatPath !== null));
  expect(await Promise.all(urls.map(({ url }) => chat(url)))).toEqual([200, 200]);
});
