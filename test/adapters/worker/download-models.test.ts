import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../helpers/stack/free-port.ts';
import { oneOffWorker } from '../../helpers/worker/one-off-worker.ts';

const box = oneOffWorker();

describe('download-models.sh without internet', () => {
  it('[case F14] uses a complete store if the hub is unreachable, and reports it', async () => {
    expect(await box().run(['download', 'cpu-worker', 'ocr'])).toMatchObject({ code: 0 });
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const result = await box().run(['download', 'cpu-worker', 'ocr'], { HF_ENDPOINT: endpoint });
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/Summary: models: 2, 0 downloaded \(0 B\), 2 already present, 0 failed/);
    expect(result.stderr.match(/ WARN .*using 1 model from the store, recorded on \d{4}-/g)).toHaveLength(2);
  });

  it.each(['RMA_OFFLINE', 'HF_HUB_OFFLINE'])('[case F14] sends no request with %s=1', async (name) => {
    expect(await box().run(['download', 'cpu-worker'])).toMatchObject({ code: 0 });
    const before = box().hub.log.entries().length;
    expect(await box().run(['download', 'cpu-worker'], { [name]: '1' })).toMatchObject({ code: 0 });
    const other = await box().run(['download', 'cpu-worker', 'ocr', 'rare'], { [name]: '1' });
    expect(other.code).toBe(8);
    expect(other.stderr).toMatch(
      /ERROR .*cannot resolve hf:org\/big: offline, and the store lacks hf:org\/big/,
    );
    expect(other.stderr).toMatch(/WARN .*skipped optional model hf:org\/tiny@v9/);
    expect(box().hub.log.entries()).toHaveLength(before);
  });

  it('[case F14] rejects a value that is neither true nor false', async () => {
    const result = await box().run(['download', 'cpu-worker'], { RMA_OFFLINE: 'ture' });
    expect(result).toMatchObject({ code: 2 });
    expect(result.stderr).toContain('RMA_OFFLINE expects true or false, got "ture" (RMA_OFFLINE_INVALID)');
  });
});

describe('download-models.sh', () => {
  it('[req R43] downloads missing models, and nothing on a second run', async () => {
    const first = await box().run(['download', 'cpu-worker']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/Downloading hf:org\/tiny:tiny.gguf/);
    expect(first.stdout).toMatch(
      /Summary: models: 1, 1 downloaded \(1\.\d MiB\), 0 already present, 0 failed/,
    );
    const before = box().contentRequests();
    const second = await box().run(['download', 'cpu-worker']);
    expect(second.stdout.match(/Already present hf:org\/tiny:tiny.gguf/g)).toHaveLength(1);
    expect(second.stdout).not.toMatch(/ownloading/);
    expect(second.stdout).toMatch(/Summary: models: 1, 0 downloaded \(0 B\), 1 already present/);
    expect(box().contentRequests()).toBe(before);
  });

  it('[req R48] [case S11] writes whole lines without carriage returns to stdout and to the log file', async () => {
    const result = await box().run(['download', 'cpu-worker'], { LOG_FILE: join(box().store, 'own.log') });
    expect(result.stdout).toMatch(/ INFO {2}\[download\] Downloading /);
    expect(result.stdout).not.toContain('\r');
    expect(readFileSync(join(box().store, 'own.log'), 'utf8')).toBe(result.stdout);
  });

  it('[case S11] writes errors to stderr, and to the log file with everything else', async () => {
    const result = await box().run(['download', 'all'], { LOG_FILE: join(box().store, 'own.log') });
    expect(result.stderr).toMatch(/ ERROR \[download\] cannot resolve hf:org\/none/);
    expect(result.stdout).not.toContain('ERROR');
    expect(readFileSync(join(box().store, 'own.log'), 'utf8')).toMatch(/ERROR[\s\S]*INFO/);
  });

  it('[req R46] warns once and continues if the log file cannot be written', async () => {
    const result = await box().run(['download', 'cpu-worker'], { LOG_FILE: '/proc/none/x.log' });
    expect(result.code).toBe(0);
    expect(result.stderr.match(/ WARN .*LOG_FILE \/proc\/none\/x.log/g)).toHaveLength(1);
  });

  it('[req R46] writes messages of LOG_LEVEL and above', async () => {
    const quiet = await box().run(['download', 'cpu-worker'], { LOG_LEVEL: 'ERROR' });
    expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const more = { LOG_LEVEL: 'DEBUG', OLLAMA_URL: 'http://localhost:11434' };
    expect((await box().run(['download', 'cpu-worker'], more)).stdout).toMatch(/DEBUG .*OLLAMA_URL/);
  });

  it('[req R47] uses WORKER_TYPE without an argument', async () => {
    const result = await box().run(['download'], { WORKER_TYPE: 'ocr' });
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/Downloading hf:org\/big/);
  });

  it.each([
    [['cpu-worker', 'ocr'], {}],
    [['cpu-worker,ocr'], {}],
    [[], { WORKER_TYPE: 'cpu-worker ocr' }],
  ])('[case S12] downloads the models of several worker types: %j %j', async (types, more) => {
    const { code, stdout } = await box().run(['download', ...types], more);
    expect(code).toBe(0);
    expect(stdout).toContain('worker types cpu-worker, ocr: 2 models');
    expect(stdout).toMatch(/Summary: models: 2, 2 downloaded/);
  });

  it.each([[['--help']], [['-h']], [['ocr', '--help']]])(
    '[case S12] prints its usage for %j',
    async (args) => {
      const { code, stdout, stderr } = await box().run(['download', ...args]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(
        /^usage: download-models\.sh \[--strict\] \[broken\|cpu-worker\|ocr\|rare\|all\]\.\.\.\n/,
      );
      expect(readdirSync(box().store)).toEqual([]);
    },
  );

  it.each([
    [['--quick'], '--quick'],
    [['ocr', 'toaster'], 'toaster'],
  ])('[case S12] rejects %j before it downloads', async (args, word) => {
    const { code, stderr } = await box().run(['download', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(`"${word}"`);
    expect(readdirSync(box().store)).toEqual([]);
  });

  it('[case S10] skips an optional model that does not exist, with a warning', async () => {
    const { code, stdout, stderr } = await box().run(['download', 'cpu-worker', 'rare']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/WARN .*skipped optional model hf:org\/tiny@v9: /);
    expect(stdout).toMatch(/Summary: models: 2, 1 downloaded .* 0 failed, 1 skipped/);
  });

  it('[case S10] fails for an optional model that does not exist with --strict', async () => {
    const { code, stdout, stderr } = await box().run(['download', '--strict', 'cpu-worker', 'rare']);
    expect(code).toBe(8);
    expect(stderr).toMatch(/ERROR .*cannot resolve hf:org\/tiny@v9/);
    expect(stdout).toMatch(/Summary: models: 2, 1 downloaded .* 1 failed/);
  });

  it.each([[[]], [['tpu-worker']]])(
    '[req R41] fails with a usage error that lists the types for %j',
    async (args) => {
      const result = await box().run(['download', ...args]);
      expect(result.code).toBe(2);
      expect(result.stderr).toContain('usage: download-models.sh [broken|cpu-worker|ocr|rare|all]...');
      expect(readdirSync(box().store)).toEqual([]);
    },
  );

  it('[req R42] all covers every type; one failure does not stop the others, and the exit code is 8', async () => {
    const result = await box().run(['download', 'all']);
    expect(result.code).toBe(8);
    expect(result.stdout).toMatch(/Summary: models: 4, 2 downloaded .* 1 failed, 1 skipped/);
  });

  it('exits with the code of the error if nothing succeeded', async () => {
    const result = await box().run(['download', 'broken']);
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(/org\/none/);
  });

  it('[req R44] stores Hugging Face models in HF_HOME', async () => {
    const home = join(box().store, 'elsewhere');
    expect((await box().run(['download', 'cpu-worker'], { HF_HOME: home })).code).toBe(0);
    expect(readdirSync(join(home, 'hub'))).toContain('models--org--tiny');
  });
});
