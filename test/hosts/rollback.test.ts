import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chat, hostsProject, type UpOverHosts } from '../helpers/hosts/hosts-project.ts';
import { startHosts } from '../helpers/hosts/start-hosts.ts';
import type { TestHost } from '../helpers/hosts/test-host.ts';

test('rma rollback after a bad up restores the Compose file and the answer of a host, and downloads nothing', async () => {
  const { h1, h2 } = await startHosts({ h1: {}, h2: {} });
  const lines = ['profiles: [cpu-worker]', 'placement: { cpu-worker: { hosts: [h2] } }'];
  const project = await hostsProject([h1, h2], ...lines);
  const { hosts } = await project.json<UpOverHosts>('up');
  const [{ url = '' } = {}] = hosts.flatMap(({ endpoints }) => endpoints.filter((each) => each.chatPath));
  const good = composeFile(h2);
  project.write([h1, h2], ...lines, 'services: { cpu-worker-llamacpp: { flags: [--no-such-option] } }');
  expect(await project.rma('up')).toMatchObject({
    code: 8,
    stderr: expect.stringContaining('RMA_ENGINE_FAILED'),
  });
  expect(composeFile(h2)).not.toBe(good);

  const back = await project.rma('rollback', '--host', 'h2');
  expect(back).toMatchObject({ code: 0, stdout: expect.stringContaining('Rolled back to entry 1.') });
  expect(composeFile(h2)).toBe(good);
  expect(await chat(url)).toBe(200);
  expect(project.filesSent()).toBe(1);
});

const composeFile = ({ home }: TestHost): string =>
  readFileSync(join(home, '.local/state/rma/fleet/compose.yaml'), 'utf8');
