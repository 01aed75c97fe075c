import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { DOCLING_RELEASES } from '../../src/core/source/docling/releases.ts';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { startDoclingHub } from '../helpers/store/docling-fixture.ts';

vi.mock('../../src/core/source/docling/releases.ts', async (original) => {
  const { withTestHashes } = await import('../helpers/store/docling-hashes.ts');
  return withTestHashes(await original());
});

const NAMES = 'docling:layout,rapidocr,easyocr';
const HERON = 'docling-project/docling-layout-heron';

/** A project with docling, and the store /store with models of it. */
async function setUp() {
  const hub = await startDoclingHub(DOCLING_RELEASES['2.143']!);
  const dir = tempFolder();
  writeFileSync(join(dir, 'rma.yaml'), 'project: here\nprofiles: [docling]\ngpu: { enable: auto }\n');
  const env = {
    HOME: dir,
    HF_ENDPOINT: hub.endpoint,
    MODELSCOPE_ENDPOINT: hub.endpoint,
    RMA_GITHUB_ENDPOINT: hub.endpoint,
    DOCKER_HOST: 'unix:///nonexistent/docker.sock',
  };
  const rma = (...args: readonly string[]) =>
    runRma(
      args.map((word) => word.replace(/^\//, `${dir}/`)),
      { cwd: dir, env },
    );
  const contents = () =>
    hub.log.contentRequests().filter(({ method, path }) => method === 'GET' && !path.endsWith('.zip'));
  expect((await rma('models', 'pull', NAMES, '--dest', '/store', '-q')).exitCode).toBe(0);
  return { hub, dir, rma, contents };
}

it('models of docling are exported, imported, verified and removed like others', async () => {
  const { dir, rma } = await setUp();
  const steps = [
    ['models', 'bundle', 'export', '/bundle', '--dest', '/store'],
    ['models', 'bundle', 'import', '/bundle', '--dest', '/second'],
    ['models', 'import', '/second', '--dest', '/third'],
    ['models', 'verify', '--dest', '/third'],
    ['models', 'pull', NAMES, '--offline', '--dest', '/third'],
    ['models', 'rm', NAMES, '--yes', '--dest', '/third'],
  ];
  for (const step of steps) {
    const { exitCode, stderr } = await rma(...step);
    expect([step, exitCode, exitCode === 0 ? '' : stderr]).toEqual([step, 0, '']);
  }
  expect(existsSync(join(dir, 'third/docling/RapidOcr'))).toBe(false);
  expect(existsSync(join(dir, 'second/docling/RapidOcr'))).toBe(true);
});

it('a lock pins the commits of the repositories of docling, and outdated shows when one has moved', async () => {
  const { hub, rma } = await setUp();
  expect((await rma('models', 'lock')).stdout).toMatch(/^docling:default: added \(2\.143\+[0-9a-f]{12}\)$/m);
  expect((await rma('models', 'outdated')).exitCode).toBe(0);
  hub.publish(HERON, { files: { 'config.json': 'new' } });
  const { stdout } = await rma('models', 'outdated');
  expect(stdout).toMatch(/docling:default .*2\.143\+/);
  const pulled = await rma('models', 'pull', 'docling:default', '--frozen', '--dest', '/frozen', '-q');
  expect(pulled).toMatchObject({ exitCode: 0 });
});

it('a directory of docling-tools is used in place, and then imported, without downloads of what can be verified', async () => {
  const { dir, rma, contents } = await setUp();
  cpSync(join(dir, 'store/docling'), join(dir, 'tools'), { recursive: true });
  rmSync(join(dir, 'store'), { recursive: true });
  const record = `tools/${HERON.replace('/', '--')}/.cache/huggingface/download/config.json.metadata`;
  mkdirSync(join(dir, record, '..'), { recursive: true });
  writeFileSync(join(dir, record), 'commit\netag\n0\n');
  expectFault(await rma('models', 'import', '/tools', '--dest', '/store'), {
    exitCode: 2,
    code: 'RMA_IMPORT_UNKNOWN',
    words: ['docling-tools', 'rma models pull docling:NAME --dest DIR'],
  });
  mkdirSync(join(dir, 'models'));
  renameSync(join(dir, 'tools'), join(dir, 'models/docling'));
  const before = contents().length;
  expect((await rma('models', 'pull', NAMES, '--dest', '/models', '-q')).exitCode).toBe(0);
  const imported = await rma('models', 'import', '/models', '--dest', '/store');
  expect(imported).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${NAMES}: imported`) });
  // the only file whose publisher has no hash
  expect(contents().slice(before)).toEqual([
    expect.objectContaining({ path: expect.stringMatching(/ppocrv6_dict\.txt$/) }),
  ]);
});
