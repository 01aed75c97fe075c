import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SpawnedDockerCli } from '../../../src/adapters/docker-cli/docker-cli.ts';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { writeTree } from '../../helpers/files/write-tree.ts';

/** Returns the CLI with a `docker` that is this shell script. */
function dockerThat(script: string): SpawnedDockerCli {
  const bin = tempFolder();
  writeTree(bin, { docker: `#!/bin/sh\n${script}\n` });
  chmodSync(join(bin, 'docker'), 0o755);
  return new SpawnedDockerCli(new LocalRunner({ PATH: `${bin}:${process.env['PATH'] ?? ''}` }));
}

it('reports the exit code of a docker command that printed nothing', async () => {
  const docker = dockerThat('exit 7');
  const { signal } = new AbortController();
  const project = { name: 'demo', file: null };
  await expect(
    docker.pull({ image: 'image:1', option: '--worker-base IMAGE' }, signal),
  ).rejects.toMatchObject({
    message: 'failed to pull the image image:1: exit code 7',
    hint: 'try: docker pull image:1; to use another image: --worker-base IMAGE',
  });
  await expect(
    docker.build({ tag: 'tag:1', context: '/context', base: 'base:1' }, signal),
  ).rejects.toMatchObject({
    message: 'failed to build the worker image tag:1: exit code 7',
    hint: 'check that the base image exists: docker pull base:1; to use another base: --worker-base IMAGE',
  });
  await expect(docker.up(project, { start: ['a'], recreate: [] }, signal)).rejects.toMatchObject({
    message: 'docker compose up failed: exit code 7',
  });
});

it('reports a full disk of the engine as such, whatever needed the space', async () => {
  const said = 'failed to register layer: write /usr/lib/libcudart.so: no space left on device';
  const docker = dockerThat(`echo '${said}' >&2; exit 1`);
  const { signal } = new AbortController();
  const full = { code: 'RMA_DOCKER_DISK_FULL', message: expect.stringContaining('libcudart.so: no space') };
  const pull = docker.pull({ image: 'image:1', option: '--image' }, signal);
  await expect(pull).rejects.toMatchObject(full);
  const build = docker.build({ tag: 'tag:1', context: '/context', base: 'base:1' }, signal);
  await expect(build).rejects.toMatchObject(full);
});

it('reports what a registry or a build says about addresses as a failed pull or build, not as a fault of ports', async () => {
  const said = 'dial tcp [2600:1f18::1]:443: connect: cannot assign requested address';
  const docker = dockerThat(`echo '${said}' >&2; exit 1`);
  const { signal } = new AbortController();
  const pull = docker.pull({ image: 'image:1', option: '--image' }, signal);
  await expect(pull).rejects.toMatchObject({ code: 'RMA_IMAGE_PULL_FAILED' });
  const build = docker.build({ tag: 'tag:1', context: '/context', base: 'base:1' }, signal);
  await expect(build).rejects.toMatchObject({ code: 'RMA_IMAGE_BUILD_FAILED' });
});
