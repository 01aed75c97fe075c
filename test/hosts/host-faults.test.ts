import { cpSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { type HostsProject, hostsProject, type UpOverHosts } from '../helpers/hosts/hosts-project.ts';
import { startHosts } from '../helpers/hosts/start-hosts.ts';
import type { TestHost } from '../helpers/hosts/test-host.ts';
import { startRma } from '../helpers/stack/running-rma.ts';

const EVERYWHERE = ['profiles: [cpu-worker]', 'placement: { cpu-worker: { replicas: all } }'];

/** Runs `up`. Returns its exit code, and the fault of each host; null: none. */
async function up({ rma }: HostsProject) {
  const { code, stdout, stderr } = await rma('up', '--json');
  if (stdout === '') throw new Error(`rma up ended with ${code} and no result: ${stderr}`);
  const { hosts } = JSON.parse(stdout) as UpOverHosts;
  const faults = Object.fromEntries(hosts.map(({ host, error }) => [host, error?.code ?? null]));
  return { code, faults, hints: hosts.map(({ error }) => error?.hint ?? '') };
}

/** A plain rerun completes all hosts, and fetches no model again. */
async function expectCompleted(project: HostsProject, hosts: readonly TestHost[]): Promise<void> {
  const faults = Object.fromEntries(hosts.map(({ name }) => [name, null]));
  expect(await up(project)).toMatchObject({ code: 0, faults });
  expect(project.filesSent()).toBe(hosts.length);
}

test('hosts that are down, have another key, ask for a password or have an old engine do not affect the others, and each has its error', async () => {
  const hosts = await startHosts({ h1: {}, h2: {}, h3: {}, h4: {}, h5: { engine: 'legacy' } });
  const { h1, h2, h3, h4, h5 } = hosts;
  const project = await hostsProject([h1, h2, h3, h4, h5], ...EVERYWHERE);
  await Promise.all([
    h1.banner('Welcome to h1'),
    h2.kill(),
    h3.newHostKey(),
    h4.sshd('PubkeyAuthentication no', 'PasswordAuthentication yes'),
  ]);
  const { code, faults, hints } = await up(project);
  expect({ code, faults }).toEqual({
    code: 8,
    faults: {
      h1: null,
      h2: 'RMA_HOST_UNREACHABLE',
      h3: 'RMA_HOST_KEY_CHANGED',
      h4: 'RMA_HOST_AUTH',
      h5: 'RMA_DOCKER_TOO_OLD',
    },
  });
  expect(hints[2]).toContain('ssh-keygen -R');

  await Promise.all([h2.start(), h3.trust(), h4.sshd()]);
  project.write([h1, h2, h3, h4], ...EVERYWHERE);
  await expectCompleted(project, [h1, h2, h3, h4]);
});

test('a host whose clock is an hour ahead gets a warning and its worker', async () => {
  const { h1, h2 } = await startHosts({ h1: {}, h2: {} });
  await h2.clock(3600);
  const project = await hostsProject([h1, h2], ...EVERYWHERE);
  const { hosts, checks } = await project.json<UpOverHosts>('up');
  expect(hosts.map(({ error }) => error)).toEqual([undefined, undefined]);
  expect(checks).toContainEqual(
    expect.objectContaining({
      code: 'RMA_HOST_CLOCK',
      message: expect.stringMatching(/host h2: its clock is .* ahead of this machine/),
    }),
  );
});

test('a link that drops all packets is given up, and a rerun completes the host', async () => {
  const { h1, h2 } = await startHosts({ h1: {}, h2: {} });
  const project = await hostsProject([h1, h2], ...EVERYWHERE);
  const running = startRma(project, 'up');
  await running.line(/→ .*starting/);
  await h2.packets('dropped');
  expect(await running.ended).toBe(8);
  expect(running.lines.join('\n')).toContain('RMA_HOST_LOST');
  await h2.packets('passed');
  await expectCompleted(project, [h1, h2]);
});

test('up continues over a link that is cut and comes back; while it is cut, ps shows the other host', async () => {
  const { h1, h2 } = await startHosts({ h1: {}, h2: {} });
  const project = await hostsProject([h1, h2], ...EVERYWHERE);
  const stall = project.hub.faults.add({ kind: 'stall', offset: 1 << 20 });
  const running = startRma(project, 'up');
  await running.line(/h2-fleet-cpu-worker: downloading/);
  await h2.link('down');
  await h2.link('up');
  stall.remove();
  expect(await running.ended).toBe(0);
  expect(project.filesSent()).toBe(2);

  await h2.link('down');
  const { code, stdout } = await project.rma('ps');
  expect(code).toBe(8);
  expect(stdout).toMatch(/^h1 .* cpu-worker-worker /m);
  await h2.link('up');
  expect((await project.rma('ps')).code).toBe(0);
});

test('a full disk of one host is reported for it alone; with space again, a rerun completes it', async () => {
  const { h1, h2 } = await startHosts({ h1: {}, h2: { ownDisk: true } });
  await h2.disk('full');
  const project = await hostsProject([h1, h2], ...EVERYWHERE);
  expect(await up(project)).toMatchObject({ code: 8, faults: { h1: null, h2: 'RMA_DOCKER_DISK_FULL' } });
  await h2.disk('free');
  await expectCompleted(project, [h1, h2]);
});

test('while one user starts a project, another gets an error and changes nothing', async () => {
  const { h1, h2 } = await startHosts({ h1: {}, h2: {} });
  const project = await hostsProject([h1, h2], ...EVERYWHERE);
  // planning reads less of the file
  const stall = project.hub.faults.add({ kind: 'stall', offset: 1 << 20 });
  const one = startRma(project, 'up');
  await one.line(/downloading/);
  const other = await project.rma('--dir', copyOf(project.dir), 'up');
  expect({ code: other.code, stderr: other.stderr }).toEqual({
    code: 7,
    stderr: expect.stringContaining('RMA_LOCK_HELD'),
  });
  stall.remove();
  expect(await one.ended).toBe(0);
  expect(project.filesSent()).toBe(2);
});

/** The files of another user of the project, e.g. from the same Git repository. */
function copyOf(dir: string): string {
  const copy = tempFolder();
  cpSync(dir, copy, { recursive: true });
  return copy;
}
