import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { writeTree } from '../helpers/files/write-tree.ts';
import { serveFolder } from '../helpers/store/served-store.ts';
import type { Hub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const GGUF = { content: tinyGguf(), lfs: true };
const NOTE = /warning: /i;

let dir = '';
let hf: Hub;
let ms: Hub;
beforeEach(async () => {
  dir = tempFolder();
  hf = await hubForTest({ repos: { 'org/chat': { files: { 'm.gguf': GGUF, 'a.txt': 'hf' } } } });
  ms = await hubForTest({ repos: { 'Org/Chat-MS': { files: { 'm.gguf': GGUF, 'a.txt': 'ms' } } } });
  project('[lan, hf, ms:Org/Chat-MS]');
});

/** Writes a project whose only model has these sources. */
function project(sources: string): void {
  writeTree(dir, {
    'rma.yaml': 'project: own\nprofiles: [own]\n',
    'profiles/models.yaml': `chat:\n  ref: hf:org/chat:*.gguf\n  kind: chat\n  sources: ${sources}\n`,
    'profiles/own.yaml': 'description: own\nservices:\n  - { engine: llamacpp, gpus: 0, models: [chat] }\n',
  });
}

const rma = (...argv: readonly string[]) =>
  runRma(argv, {
    cwd: dir,
    env: {
      HOME: dir,
      HF_ENDPOINT: hf.endpoint,
      MODELSCOPE_ENDPOINT: ms.endpoint,
      DOCKER_HOST: 'unix:///nonexistent/docker.sock',
    },
  });
const pull = (...argv: readonly string[]) =>
  rma('models', 'pull', 'chat', '--dest', join(dir, 'store'), '--progress', 'none', ...argv);
const models = (...argv: readonly string[]) => rma('models', ...argv, '--dest', join(dir, 'store'));
const stored = (path: string) => existsSync(join(dir, 'store', path));
const hfBusy = () => hf.faults.add({ kind: 'status', path: '*', status: 503 });
const hfDenies = (path = '*') => hf.faults.add({ kind: 'status', path, status: 403 });
const sent = (hub: Hub) => hub.log.contentRequests().reduce((sum, { bytesSent }) => sum + bytesSent, 0);

describe('a model with sources', () => {
  it('[req K02] comes from the first that has it, without a warning', async () => {
    const { exitCode, stderr } = await pull();
    expect([exitCode, NOTE.test(stderr)]).toEqual([0, false]);
    expect([sent(hf), ms.log.entries()]).toEqual([GGUF.content.length, []]);
    expect(stored('huggingface/hub/models--org--chat')).toBe(true);
  });

  it('comes from the next if the first is busy, with one warning', async () => {
    hfBusy();
    const { exitCode, stderr } = await pull();
    expect(exitCode).toBe(0);
    const warnings = stderr
      .split('\n')
      .filter((line) => /hf:org\/chat.*trying ms:Org\/Chat-MS:\*\.gguf/.test(line));
    expect(warnings).toHaveLength(1);
    expect(stored('modelscope/Org/Chat-MS/m.gguf')).toBe(true);
    expect(stored('modelscope/Org/Chat-MS/a.txt')).toBe(false);
    const { stdout } = await models('show', 'chat');
    expect(stdout).toContain('ms:Org/Chat-MS:*.gguf');
  });

  it('stays at the source that it came from, like every model of the project, until --refresh', async () => {
    const fault = hfBusy();
    await pull();
    fault.remove();
    hf.log.clear();
    expect(await pull()).toMatchObject({ exitCode: 0, stdout: 'chat: present\n' });
    expect(hf.log.entries()).toEqual([]);
    await pull('--refresh');
    expect(stored('huggingface/hub/models--org--chat')).toBe(true);
    hf.log.clear();
    ms.log.clear();
    await pull();
    expect([...hf.log.entries(), ...ms.log.entries()]).toEqual([]);
  });

  it('comes from the next if the first lacks it', async () => {
    project('[ms:no/such, hf]');
    const { exitCode, stderr } = await pull();
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/ms:no\/such.*trying hf:org\/chat:\*\.gguf/);
    expect(stored('huggingface/hub/models--org--chat')).toBe(true);
  });

  it('sends content with the same hash from the next source', async () => {
    hfDenies('*/resolve/*');
    expect(await pull()).toMatchObject({ exitCode: 0 });
    expect([sent(hf), sent(ms)]).toEqual([0, GGUF.content.length]);
    expect(stored('huggingface/hub/models--org--chat')).toBe(true);
  });

  it('names every source with its reason if none has it', async () => {
    hfDenies();
    project('[hf, ms:no/such]');
    expectFault(await pull(), {
      code: 'RMA_HUB_FORBIDDEN',
      exitCode: 4,
      words: ['hf:org/chat:*.gguf: ', '403', 'ms:no/such:*.gguf: ', 'not found'],
    });
  });

  it('is found offline wherever it is stored', async () => {
    hfDenies();
    await pull();
    const asked = ms.log.entries().length;
    expect(await pull('--offline')).toMatchObject({ exitCode: 0 });
    expect(await models('path', 'chat', '--offline')).toMatchObject({
      stdout: `${join(dir, 'store/modelscope/Org/Chat-MS/m.gguf')}\n`,
    });
    expect(ms.log.entries()).toHaveLength(asked);
  });

  it('offline and not stored is missing under its own reference', async () => {
    expectFault(await pull('--offline'), {
      code: 'RMA_OFFLINE_MISSING',
      exitCode: 1,
      words: ['hf:org/chat:*.gguf'],
    });
  });

  it('is locked at the source that responded, and compared with that one', async () => {
    const fault = hfDenies();
    expect(await rma('models', 'lock')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(dir, 'rma.lock'), 'utf8')).toContain('"ref": "ms:Org/Chat-MS:*.gguf"');
    fault.remove();
    const { stdout } = await rma('models', 'outdated');
    expect(stdout).toMatch(/hf:org\/chat:\*\.gguf +current/);
    expect(await pull('--frozen')).toMatchObject({ exitCode: 0 });
    expect(stored('modelscope/Org/Chat-MS/m.gguf')).toBe(true);
    project('[hf]');
    expectFault(await pull('--frozen'), { code: 'RMA_LOCKFILE_MODEL', exitCode: 2, words: ['hf:org/chat'] });
  });

  it('comes from the machine of --from where the list has lan', async () => {
    await pull();
    const served = await serveFolder(join(dir, 'store'), {});
    const copy = (...argv: readonly string[]) =>
      rma(
        'models',
        'pull',
        'chat',
        '--dest',
        join(dir, 'copy'),
        '--from',
        `127.0.0.1:${served.port}`,
        ...argv,
      );
    hf.log.clear();
    expect(await copy('--offline')).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(dir, 'copy/huggingface/hub/models--org--chat'))).toBe(true);
    project('[ms:Org/Chat-MS, lan]');
    const { exitCode, stderr } = await copy('--refresh');
    expect([exitCode, NOTE.test(stderr)]).toEqual([0, false]);
    expect(existsSync(join(dir, 'copy/modelscope/Org/Chat-MS/m.gguf'))).toBe(true);
    expect([sent(hf), sent(ms)]).toEqual([0, GGUF.content.length]);
  });

  it('comes from a hub with one warning if the machine of --from lacks it', async () => {
    const served = await serveFolder(join(dir, 'empty'), {});
    const { exitCode, stderr } = await pull('--from', `127.0.0.1:${served.port}`);
    expect(exitCode).toBe(0);
    expect(stderr.split('\n').filter((line) => line.includes('; trying '))).toEqual([
      expect.stringContaining('trying hf:org/chat:*.gguf'),
    ]);
  });
});
