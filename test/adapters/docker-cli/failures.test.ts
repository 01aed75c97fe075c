import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SpawnedDockerCli } from '../../../src/adapters/docker-cli/docker-cli.ts';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { writeTree } from '../../helpers/files/write-tree.ts';

/** Returns the CLI with a `docker` that exits with 7 and prints nothing. */
function silentDocker(): SpawnedDockerCli {
  const bin = tempFolder();
  writeTree(bin, { docker: '#!/bin/sh\nexit 7\n' });
  chmodSync(join(bin, 'docker'), 0o755);
  return new SpawnedDockerCli(new LocalRunner({ PATH: `${bin}:${process.env['PATH'] ?? ''}` }));
}

it('reports the exit code of a docker command that printed nothing', async () => {
  const docker = silentDocker();
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
