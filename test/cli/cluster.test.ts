import { expect, it } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

const PROFILE = ['--profile', 'cpu-worker'];

it.each([
  [['status', '--context', 'demo'], '--context requires --kubernetes'],
  [['status', '--kubeconfig', 'config'], '--kubeconfig requires --kubernetes'],
  [['down', '--context', 'demo'], '--context requires --kubernetes'],
  [['down', '--kubernetes', '--forget'], '--forget has no effect with --kubernetes'],
  [['down', '--kubernetes', ...PROFILE], '--profile has no effect with --kubernetes'],
  [['export', 'kubernetes', '--dry-run'], '--dry-run requires --apply'],
  [['export', 'kubernetes', '--prune'], '--prune requires --apply'],
  [['export', 'kubernetes', '--force-conflicts'], '--force-conflicts requires --apply'],
  [['export', 'kubernetes', '--wait-timeout', '5m'], '--wait-timeout requires --apply'],
  [['export', 'kubernetes', '--context', 'demo'], '--context requires --apply'],
  [['export', 'kubernetes', '--download-rate', '1GB'], '--download-rate requires --explain'],
  [['export', 'kubernetes', '--apply', '--with-uploader'], '--with-uploader cannot be combined with --apply'],
  [['export', 'kubernetes', '--format', 'llm-d'], '--format llm-d requires --output'],
  [['export', 'kubernetes', '--format', 'kserve'], '--format kserve requires --output'],
  [
    ['export', 'kubernetes', '--format', 'kserve', '-o', 'k8s', '--apply'],
    '--apply cannot be combined with --format kserve',
  ],
  [['export', 'kubernetes', '--node-group', 'workers'], '--node-group requires --format kserve'],
  [
    ['export', 'kubernetes', '--format', 'kserve', '-o', 'k8s', '--node-group', 'workers'],
    '--node-group requires --strategy init',
  ],
  [
    ['export', 'kubernetes', '--explain', '--output', 'k8s'],
    '--output has no effect with --explain, which writes nothing',
  ],
])('rma %j is rejected: %s', async (argv, message) => {
  const { exitCode, stderr } = await runRma([...argv, '--json'], { cwd: tempFolder() });
  expect(exitCode).toBe(2);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'RMA_USAGE_INVALID', message } });
});

it.each(['status', 'down'])(
  'rma %s --kubernetes says how to get kubectl where it is missing',
  async (verb) => {
    const options = { cwd: tempFolder(), env: { PATH: '/nonexistent' } };
    const { exitCode, stderr } = await runRma([verb, '--kubernetes', '--json'], options);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'RMA_COMMAND_MISSING', message: 'command "kubectl" not found' },
    });
  },
);
