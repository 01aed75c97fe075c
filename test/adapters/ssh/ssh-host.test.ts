import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSshHost, type SshHost } from '../../../src/cli/context/context-ssh.ts';
import { remoteDocker } from '../../helpers/ssh/remote-docker.ts';
import { type SshServer, startSshServer } from '../../helpers/ssh/ssh-server.ts';
import { standinEngine } from '../../helpers/stack/standin-engine.ts';

/** Opens the server as the host `box1`; it is closed when the test ends. */
async function open({ bin, port }: SshServer): Promise<SshHost> {
  const opened = await openSshHost({
    name: 'box1',
    address: { user: 'root', host: '127.0.0.1', port },
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` },
    signal: new AbortController().signal,
  });
  onTestFinished(() => opened.close());
  return opened;
}

test('a host reports its user, its directories and its clock when rma logs in', async () => {
  const server = await startSshServer();
  const { host, facts } = await open(server);
  const { clockOffsetMs, ...login } = facts;
  expect(login).toEqual({
    hostname: hostname(),
    uid: 0,
    gid: 0,
    home: server.home,
    stateHome: `${server.home}/.local/state`,
  });
  expect(Math.abs(clockOffsetMs)).toBeLessThan(60_000);
  expect(host).toMatchObject({ name: 'box1', caller: { uid: 0, gid: 0 } });
});

test('the engine of a host answers many requests over one connection', async () => {
  const engine = await standinEngine({ containers: [{ service: 'llm' }], images: ['busybox:1.36'] });
  const server = await startSshServer({ bashrc: 'echo Welcome', path: [remoteDocker(engine.endpoint)] });
  const { host } = await open(server);
  expect((await host.engine.facts()).endpoint).toBe('ssh://root@127.0.0.1');
  const lists = await Promise.all(Array.from({ length: 5 }, () => host.engine.containers()));
  expect(lists.map(([first]) => first?.service)).toEqual(Array(5).fill('llm'));
  expect((await host.engine.images()).has('busybox:1.36')).toBe(true);
  expect(server.log().split('Accepted publickey').length - 1).toBe(1);
});

test('the idle connections to the engine end with the host, before their programs are killed', async () => {
  const engine = await standinEngine({});
  const docker = remoteDocker(engine.endpoint);
  const { host, close } = await open(await startSshServer({ path: [docker] }));
  await host.engine.containers();
  await close();
  expect(readFileSync(join(docker, '../ends'), 'utf8')).toBe('ended\n');
});

test('a host that is lost while rma follows its containers is reported as lost', async () => {
  const engine = await standinEngine({});
  const server = await startSshServer({ path: [remoteDocker(engine.endpoint)] });
  const { host } = await open(server);
  const changes = await host.engine.changes('rma', new AbortController().signal);
  const following = expect(changes[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'RMA_HOST_LOST',
    exitCode: 1,
    details: { host: 'box1' },
  });
  await server.kill();
  await following;
  await expect(host.engine.containers()).rejects.toMatchObject({ code: 'RMA_HOST_UNREACHABLE' });
});

test('a stopped engine is reported with the name of its host', async () => {
  const engine = await standinEngine({});
  const stopped = await open(await startSshServer({ path: [remoteDocker(engine.endpoint)] }));
  await engine.stop();
  await expect(stopped.host.engine.facts()).rejects.toMatchObject({
    code: 'RMA_DOCKER_UNREACHABLE',
    exitCode: 3,
    details: { host: 'box1' },
  });
});
