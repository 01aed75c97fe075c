import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { snapshot } from '../files/snapshot.ts';
import type { Stack } from './stack.ts';

/** Returns everything a command could change: files of the project, containers, volumes, networks, images. */
export async function everything({ dir, docker }: Stack): Promise<unknown> {
  return {
    files: await snapshot(dir),
    containers: await docker('ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.Names}} {{.State}}'),
    volumes: await docker('volume', 'ls', '--quiet'),
    networks: await docker('network', 'ls', '--quiet'),
    // Docker lists images of the same second in any order
    images: (await docker('image', 'ls', '--all', '--quiet')).split('\n').sort(),
  };
}

/** Mounts a small disk in a temporary directory until the end of the test. */
export async function smallDisk(bytes: number, ...options: readonly string[]): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'rma-disk-'));
  const exec = promisify(execFile);
  await exec('mount', ['-t', 'tmpfs', '-o', [`size=${bytes}`, ...options].join(','), 'tmpfs', path]);
  onTestFinished(async () => {
    await exec('umount', ['--lazy', path]);
    await rm(path, { recursive: true, force: true });
  });
  return path;
}
