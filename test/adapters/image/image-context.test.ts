import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract, type Header } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess } from '../../helpers/process/run-process.ts';

interface Entry {
  readonly header: Header;
  readonly content: string;
}

let dir: string;
let entries: readonly Entry[];
const built = (run: string, file: string) => join(dir, run, 'image', file);
const entry = (name: string) => entries.find((each) => each.header.name.replace(/\/$/, '') === name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rma-image-'));
  for (const run of ['first', 'second']) {
    const result = await runProcess(process.execPath, ['scripts/build.mjs', join(dir, run)]);
    if (result.code !== 0) throw new Error(result.stderr);
  }
  entries = await readTar(built('first', 'rootfs.tar'));
});

afterAll(() => rmSync(dir, { recursive: true }));

async function readTar(path: string): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  const tar = createReadStream(path).pipe(extract());
  for await (const part of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of part) chunks.push(chunk as Buffer);
    found.push({ header: part.header, content: Buffer.concat(chunks).toString('utf8') });
  }
  return found;
}

describe('the build context of the worker image', () => {
  it('is two files, byte for byte reproducible', () => {
    expect(readdirSync(join(dir, 'first', 'image')).sort()).toEqual(['Dockerfile', 'rootfs.tar']);
    for (const file of ['Dockerfile', 'rootfs.tar']) {
      expect(readFileSync(built('first', file)).equals(readFileSync(built('second', file)))).toBe(true);
    }
  });

  it('runs no command at build time and leaves the health check to Compose', () => {
    const words = readFileSync(built('first', 'Dockerfile'), 'utf8').match(/^[A-Z]+/gm);
    expect(words).toEqual(['ARG', 'FROM', 'ADD', 'USER', 'ENTRYPOINT', 'CMD']);
  });

  it('has a group-writable store directory for user 1000', () => {
    expect(entry('models')?.header).toMatchObject({ type: 'directory', mode: 0o2775, uid: 1000, gid: 1000 });
  });

  it.each([
    ['rma-worker', '/opt/rma/worker.mjs "$@"'],
    ['rma-coordinator', '/opt/rma/coordinator.mjs "$@"'],
    ['download-models.sh', '/opt/rma/worker.mjs download "$@"'],
  ])('[req R41] has %s as a program owned by root', (name, call) => {
    const found = entry(`usr/local/bin/${name}`);
    expect(found?.header).toMatchObject({ mode: 0o755, uid: 0, gid: 0 });
    expect(found?.content).toContain(`exec node ${call}`);
  });

  it('[req R46] has a log file that any user may write', () => {
    expect(entry('var/log/model-download.log')?.header.mode).toBe(0o666);
  });

  it('[req R01] contains no model', () => {
    const inStore = entries.filter(({ header }) => /^\.?\/?models\/./.test(header.name));
    expect(entry('models')?.header.type).toBe('directory');
    expect(inStore.map(({ header }) => header.name)).toEqual([]);
    const weights = /\.(gguf|safetensors|bin|pt|onnx)$/;
    expect(entries.filter(({ header }) => weights.test(header.name))).toEqual([]);
  });

  it('has every shipped profile and engine', () => {
    const shipped = ['profiles', 'compose/engines'].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => `opt/rma/${folder}/${name}`),
    );
    const carried = entries.map((each) => each.header.name).filter((name) => name.endsWith('.yaml'));
    expect(carried.sort()).toEqual(shipped.sort());
    expect(shipped.length).toBeGreaterThan(0);
  });
});
