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

  it('takes a directory, not a Compose file', async () => {
    expectFault(await rma('init', 'compose.yaml'), {
      exitCode: 2,
      code: 'RMA_USAGE_INVALID',
      words: ['compose.yaml', 'rma init --from-compose compose.yaml'],
    });
    expect(existsSync(join(dir, 'compose.yaml'))).toBe(false);
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

describe('rma init in a directory with an rma.yml', () => {
  it('rejects it, and with --force replaces that file', async () => {
    writeFileSync(join(dir, 'rma.yml'), 'project: mine\n');
    expectFault(await rma('init'), { exitCode: 2, code: 'RMA_INIT_EXISTS', words: ['rma.yml', '--force'] });
    expect((await rma('init', '--force')).stdout).toBe('Wrote rma.yml.\n');
    expect(readFileSync(join(dir, 'rma.yml'), 'utf8')).toContain('cpu-worker');
    expect(existsSync(join(dir, 'rma.yaml'))).toBe(false);
  });
});

describe('rma init DIR --volume', () => {
  it.each(['./models', 'host:models', '../models'])('%s starts at the current directory', async (volume) => {
    mkdirSync(join(dir, 'work'));
    await rmaIn(join(dir, 'work'), 'init', 'new', '--volume', volume);
    const path = join(dir, 'work', volume.replace('host:', ''));
    expect(readFileSync(join(dir, 'work/new/rma.yaml'), 'utf8')).toContain(`store: host:${path}\n`);
  });

  it.each(['~/models', '/data/models', 'named:models'])('%s is written as it is', async (volume) => {
    await rma('init', 'new', '--volume', volume);
    expect(readFileSync(join(dir, 'new/rma.yaml'), 'utf8')).toContain(`store: ${volume}\n`);
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

  it('reads the .env file next to the first Compose file', async () => {
    mkdirSync(join(dir, 'old'));
    cpSync(join(SAMPLES, 'guide-1.yml'), join(dir, 'old/compose.yml'));
    const text = readFileSync(join(dir, 'old/compose.yml'), 'utf8').replace('mistralai', '${OWNER:?missing}');
    writeFileSync(join(dir, 'old/compose.yml'), text);
    writeFileSync(join(dir, 'old/.env'), 'OWNER=example\n? # odd\n');
    const { stdout } = await rma('init', '--from-compose', 'old/compose.yml');
    expect(readFileSync(join(dir, 'profiles/own-vllm.yaml'), 'utf8')).toContain('example/Mistral-7B');
    expect(stdout).toContain('  old/.env:2:1: not NAME=VALUE; ignored\n');
  });

  it.each(['Job', 'PersistentVolumeClaim'])(
    'names the export for a manifest of Kubernetes (%s)',
    async (kind) => {
      writeFileSync(join(dir, 'x.yaml'), `apiVersion: v1\nkind: ${kind}\n---\napiVersion: v1\nkind: Pod\n`);
      expectFault(await rma('init', '--from-compose', 'x.yaml'), {
        exitCode: 2,
        code: 'RMA_COMPOSE_IMPORT',
        words: [`kind: ${kind}`, 'rma export kubernetes'],
      });
      expect(existsSync(join(dir, 'rma.yaml'))).toBe(false);
    },
  );

  it('reads relative paths from the directory of the Compose file', async () => {
    mkdirSync(join(dir, 'old'));
    cpSync(join(SAMPLES, 'tei-llamacpp.yml'), join(dir, 'old/compose.yml'));
    await rma('init', 'new', '--from-compose', 'old/compose.yml');
    expect(readFileSync(join(dir, 'new/rma.yaml'), 'utf8')).toContain(
      `store: host:${join(dir, 'old/data')}\n`,
    );
  });
});
