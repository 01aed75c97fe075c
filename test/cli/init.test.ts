import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

const SAMPLES = join(import.meta.dirname, '../golden/from-compose');

let dir = '';
beforeEach(() => {
  dir = tempFolder();
  mkdirSync(join(dir, 'bin'));
});

const rmaIn = (cwd: string, ...argv: readonly string[]) =>
  runRma(argv, { cwd, env: { HOME: dir, DOCKER_HOST: 'unix:///nowhere.sock', PATH: join(dir, 'bin') } });
const rma = (...argv: readonly string[]) => rmaIn(dir, ...argv);

describe('rma init', () => {
  it('writes a valid rma.yaml without Docker and without a GPU', async () => {
    const { exitCode, stdout, stderr } = await rma('init');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'Wrote rma.yaml.\n' });
    expect(stderr).toContain('rma plan');
    const shown = JSON.parse((await rma('config', 'show', '--json')).stdout);
    expect(JSON.stringify(shown)).toContain('cpu-worker');
  });

  it('replaces no file without --force', async () => {
    writeFileSync(join(dir, 'rma.yaml'), 'project: mine\n');
    expectFault(await rma('init'), { exitCode: 2, code: 'RMA_INIT_EXISTS', words: ['rma.yaml', '--force'] });
    expect(readFileSync(join(dir, 'rma.yaml'), 'utf8')).toBe('project: mine\n');
    expect(await rma('init', '--force', '--profile', 'ocr,vllm', '--volume', '/data/models')).toMatchObject({
      exitCode: 0,
    });
    expect(readFileSync(join(dir, 'rma.yaml'), 'utf8')).toMatch(
      /- ocr\n {2}- vllm\n[\s\S]*store: \/data\/models\n/,
    );
  });

  it('creates the directory, and rejects unknown profiles and volumes before that', async () => {
    expectFault(await rma('init', 'new', '--profile', 'orc'), {
      exitCode: 2,
      code: 'RMA_PROFILE_UNKNOWN',
      words: ['orc', 'ocr'],
    });
    expectFault(await rma('init', 'new', '--volume', 'smb:x'), {
      exitCode: 2,
      code: 'RMA_USAGE_INVALID_VALUE',
      words: ['smb:x'],
    });
    expect(existsSync(join(dir, 'new'))).toBe(false);
    expect((await rma('init', 'new')).stdout).toBe('Wrote new/rma.yaml.\n');
  });
});

describe('rma init --from-compose', () => {
  it.each(readdirSync(SAMPLES))('converts %s to settings and profiles that rma accepts', async (name) => {
    cpSync(join(SAMPLES, name), join(dir, name));
    const { exitCode, stdout } = await rma('init', '--from-compose', name, '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'rma.init/v1', directory: dir });
    expect(await rma('config', 'show')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await rma('profiles', 'check')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('lists what it corrected, with line and column', async () => {
    cpSync(join(SAMPLES, 'guide-1.yml'), join(dir, 'docker-compose.yml'));
    const { stdout } = await rma('init', '--from-compose', 'docker-compose.yml');
    expect(stdout).toMatch(/^Wrote rma\.yaml\.\nCorrected:\n {2}docker-compose\.yml:2:1: "version"/);
  });

  it('changes nothing for a file with a syntax fault, or one that is missing', async () => {
    const text = readFileSync(join(SAMPLES, 'guide-1.yml'), 'utf8');
    writeFileSync(join(dir, 'bad.yml'), text.replace('    environment:', '   environment:'));
    expectFault(await rma('init', '--from-compose', 'bad.yml'), {
      exitCode: 2,
      code: 'RMA_COMPOSE_IMPORT',
      words: ['bad.yml:9:'],
    });
    expectFault(await rma('init', '--from-compose', 'gone.yml'), {
      exitCode: 2,
      code: 'RMA_COMPOSE_IMPORT',
      words: ['gone.yml', 'not found'],
    });
    expect(readdirSync(dir).sort()).toEqual(['bad.yml', 'bin']);
  });

  it('reads relative paths from the directory of the Compose file', async () => {
    mkdirSync(join(dir, 'old'));
    cpSync(join(SAMPLES, 'tei-llamacpp.yml'), join(dir, 'old/compose.yml'));
    await rma('init', 'new', '--from-compose', 'old/compose.yml');
    expect(readFileSync(join(dir, 'new/rma.yaml'), 'utf8')).toContain(
      `store: host:${join(dir, 'old/data')}\n`,
    );
  });
});
