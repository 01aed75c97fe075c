import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SpawnedDockerCli } from '../../../src/adapters/docker-cli/docker-cli.ts';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { writeTree } from '../../helpers/files/write-tree.ts';

it('pulls an image by its digest, and tags it', async () => {
  const bin = tempFolder();
  writeTree(bin, { docker: `#!/bin/sh\necho "$@" >> ${bin}/calls\n` });
  chmodSync(join(bin, 'docker'), 0o755);
  const docker = new SpawnedDockerCli(new LocalRunner({ PATH: `${bin}:${process.env['PATH'] ?? ''}` }));
  const digest = `sha256:${'1'.repeat(64)}`;
  const { signal } = new AbortController();
  await docker.pull({ image: 'localhost:5000/llama:1', digest, option: '--image' }, signal);
  await docker.pull({ image: 'node:24', option: '--image' }, signal);
  expect(readFileSync(join(bin, 'calls'), 'utf8').trim().split('\n')).toEqual([
    `pull --quiet localhost:5000/llama@${digest}`,
    `tag localhost:5000/llama@${digest} localhost:5000/llama:1`,
    'pull --quiet node:24',
  ]);
});
