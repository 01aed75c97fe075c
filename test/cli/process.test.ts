import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { builtRma, run, start } from '../helpers/cli/spawn-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { writeTree } from '../helpers/files/write-tree.ts';
import { sha256 } from '../helpers/store/import-fixture.ts';

describe('the built rma', () => {
  it('prints progress as lines on a terminal without a size', async () => {
    const pull = builtRma('models', 'pull', 'hf:org/repo', '--dest', join(tempFolder(), 'store')).join(' ');
    // `script` runs it on such a terminal, and ends with its exit code
    const script = ['timeout', '-s', 'KILL', '20', 'script', '-qec', pull, '/dev/null'] as const;
    const { exitCode, stdout } = await run(script, { env: { HF_ENDPOINT: 'http://127.0.0.1:9' } });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('RMA_HUB_UNREACHABLE');
    expect(stdout).not.toContain('\u001b[1A');
  });

  it('prints its version and exits', async () => {
    expect(await run(builtRma('--version'))).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^rma \d+\.\d+/),
    });
  });

  it('prints JSON to stdout on success and to stderr on failure', async () => {
    const good = await run(builtRma('version', '--json'));
    const bad = await run(builtRma('config', 'show', '--json', '--owner', 'x'));
    expect([JSON.parse(good.stdout).schema, good.stderr]).toEqual(['rma.version/v1', '']);
    expect([JSON.parse(bad.stderr).error.code, bad.stdout, bad.exitCode]).toEqual([
      'RMA_CONFIG_INVALID',
      '',
      2,
    ]);
  });

  it('exits silently with 0 when the reader closes stdout', async () => {
    const child = start(builtRma('help', 'settings'));
    child.stdin.end();
    child.stdout.destroy();
    const [[exitCode], stderr] = await Promise.all([once(child, 'close'), text(child.stderr)]);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  it('stops a command that still works with exit code 1 when the reader closes its output', async () => {
    // waits for stdin, which stays open
    const child = start(builtRma('config', 'show', '-f', '-', '--debug'));
    child.stderr.destroy();
    const [[exitCode], stdout] = await Promise.all([once(child, 'close'), text(child.stdout)]);
    expect([exitCode, stdout]).toEqual([1, '']);
  });

  it.each(['/dev/stdin', '/dev/fd/0'])('reads the output of another command: -f %s', async (path) => {
    const rma = builtRma('-f', path, 'config', 'show', '--json', '-C', tempFolder());
    const script = 'echo "project: piped" | "$@"';
    const { status, stdout } = spawnSync('sh', ['-c', script, 'sh', ...rma], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringContaining('"piped"')]);
  });

  it('fails with exit code 1 if stdout cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const [program, ...args] = builtRma('help', 'settings');
    const { status, stderr } = spawnSync(program, args, {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect([status, stderr]).toEqual([1, expect.stringContaining('RMA_OUTPUT_UNWRITABLE')]);
  });

  it.each([
    ['nosuch', 2, 'RMA_USAGE_NO_FOLDER'],
    ['store', 1, 'RMA_OUTPUT_UNWRITABLE'],
  ])('prints one error for an export of %s to a full disk', (dest, exitCode, code) => {
    const cwd = tempFolder();
    const { manifest, blobs } = ollamaFiles();
    writeTree(join(cwd, 'store'), { '.rma/version': '1\n', ...manifest, ...blobs });
    const full = openSync('/dev/full', 'w');
    const [program, ...args] = builtRma('models', 'bundle', 'export', '-', '--dest', dest);
    const { status, stderr } = spawnSync(program, args, {
      cwd,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(stderr.match(/^error: .*/gm)).toHaveLength(1);
    expect([status, stderr]).toEqual([exitCode, expect.stringContaining(code)]);
  });

  it('writes all output before it exits, even to a slow pipe', async () => {
    const folder = await realpath(tempFolder());
    const ports = Array.from({ length: 5000 }, (_, index) => `  service-${index}: ${1000 + index}`);
    await writeFile(join(folder, 'rma.yaml'), `ports:\n${ports.join('\n')}\n`);
    const child = start(builtRma('config', 'show', '--json', '-C', folder));
    child.stdin.end();
    const { settings } = JSON.parse(await text(child.stdout));
    const shown = settings.find(({ key }: { readonly key: string }) => key === 'ports');
    expect(Object.keys(shown.value)).toHaveLength(5000);
  });

  it.each([
    ['SIGINT', 130, 'RMA_INTERRUPTED'],
    ['SIGTERM', 143, 'RMA_TERMINATED'],
  ] as const)('exits on %s with %d', async (signal, exitCode, code) => {
    const child = start(builtRma('config', 'show', '-f', '-', '--debug'));
    let stderr = '';
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes.toString();
      // the first line of --debug: from here on rma waits for stdin
      if (stderr.includes('configuration: -\n')) child.kill(signal);
    });
    const [ended] = await once(child, 'close');
    expect(ended).toBe(exitCode);
    expect(stderr).toContain(code);
  });

  it('prints one document if interrupted with --json', async () => {
    const child = start(builtRma('config', 'show', '-f', '-', '--json'));
    // more than a pipe buffers: written completely only once rma reads, which is after it handles signals
    child.stdin.write('#'.repeat(1 << 20), () => child.kill('SIGINT'));
    const [[exitCode], stderr] = await Promise.all([once(child, 'close'), text(child.stderr)]);
    expect([exitCode, JSON.parse(stderr).error.code]).toEqual([130, 'RMA_INTERRUPTED']);
  });

  it('works in a read-only directory without HOME', async () => {
    const folder = join(await realpath(tempFolder()), 'nur lesen');
    await mkdir(folder, { mode: 0o555 });
    const { exitCode, stdout } = await run(builtRma('config', 'show'), { cwd: folder, env: { HOME: '' } });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('project');
  });
});

/** Returns the files of an Ollama store with one model. */
function ollamaFiles() {
  const blobs: Record<string, string> = {};
  const layer = (content: string, mediaType: string) => {
    blobs[`ollama/blobs/sha256-${sha256(content)}`] = content;
    return { mediaType, digest: `sha256:${sha256(content)}`, size: content.length };
  };
  const config = layer('{"a": 1}', 'application/vnd.docker.container.image.v1+json');
  const layers = [layer('x'.repeat(500_000), 'application/vnd.ollama.image.model')];
  const path = 'ollama/manifests/registry.ollama.ai/library/a/latest';
  return { manifest: { [path]: JSON.stringify({ config, layers }) }, blobs };
}
