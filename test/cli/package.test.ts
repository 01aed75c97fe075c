import { chmod, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY, run } from '../helpers/cli/spawn-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

const NOBODY = 65_534;

it('npm pack builds a package that installs offline with npm install -g and works for every user', async () => {
  const folder = await realpath(tempFolder());
  await chmod(folder, 0o755);
  const npm = { cwd: REPOSITORY, env: { HOME: folder, npm_config_cache: join(folder, 'cache') } };
  const packed = await run(['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder], npm);
  expect([packed.exitCode, packed.stderr]).toEqual([0, expect.any(String)]);
  const [{ filename, files }] = JSON.parse(packed.stdout);
  const names: readonly string[] = files.map(({ path }: { readonly path: string }) => path);
  // messages and generated files refer to the pages
  expect(names).toEqual(
    expect.arrayContaining(['dist/cli/main.js', 'docs/config.md', 'docs/guides/docling.md']),
  );
  expect(names.filter((name) => /^(src|test|scripts|node_modules)\//.test(name))).toEqual([]);

  const tarball = join(folder, filename);
  const prefix = join(folder, 'prefix');
  const installed = await run(['npm', 'install', '-g', '--offline', '--prefix', prefix, tarball], npm);
  expect([installed.exitCode, installed.stderr]).toEqual([0, expect.any(String)]);

  const rma = join(prefix, 'bin/rma');
  expect((await run([rma, '--version'])).stdout).toMatch(/^rma \d+\.\d+\.\d+/);
  expect(await run([rma, 'version', '--json'])).toMatchObject({ exitCode: 0, stderr: '' });

  // a user who did not install it, in a directory of another user
  const user = process.getuid?.() === 0 ? { uid: NOBODY } : {};
  const shown = await run([rma, 'config', 'show', '--json'], { cwd: folder, env: { HOME: '' }, ...user });
  expect(JSON.parse(shown.stdout)).toMatchObject({ schema: 'rma.config/v1' });
  await writeFile(join(folder, 'rma.yaml'), 'project: secret\n', { mode: 0o600 });
  const denied = await run([rma, 'config', 'show'], { cwd: folder, ...user });
  expect(user.uid === undefined ? 'RMA_CONFIG_UNREADABLE' : denied.stderr).toContain('RMA_CONFIG_UNREADABLE');
});
