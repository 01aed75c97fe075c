import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { probe } from '../../helpers/gpu/probe-gpus.ts';
import { recordedBox } from '../../helpers/gpu/recorded-gpus.ts';

const SCRIPT = fileURLToPath(new URL('../../../scripts/record-gpu.sh', import.meta.url));

/** Runs the script on a machine with this nvidia-smi. */
async function record(path: string, ...args: readonly string[]) {
  const env = { PATH: `${path}:/usr/bin:/bin` };
  try {
    const { stdout, stderr } = await promisify(execFile)('/bin/sh', [SCRIPT, ...args], { env });
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exitCode: code, stdout, stderr };
  }
}

describe('scripts/record-gpu.sh', () => {
  it('records a machine whose GPUs are then read the same, except for the names of processes', async () => {
    const machine = recordedBox('processes');
    const folder = join(tempFolder(), 'recording');
    expect(await record(machine.path, folder)).toMatchObject({ exitCode: 0, stderr: '' });
    const before = await probe(machine);
    const gpus = before.gpus.map((gpu) => {
      return { ...gpu, processes: gpu.processes?.map((each) => ({ ...each, name: 'program' })) };
    });
    expect(await probe(recordedBox({ folder }))).toEqual({ ...before, gpus });
    expect(readFileSync(join(folder, 'commands.txt'), 'utf8')).toMatch(/^0\tlist\.txt\tnvidia-smi -L$/m);
    expect(readFileSync(join(folder, 'provenance.txt'), 'utf8')).toMatch(/^recorded: \d{4}-\d\d-\d\dT/);
  });

  it('records no serial number, and no name or argument of a process', async () => {
    const path = tempFolder();
    const log =
      '<nvidia_smi_log><gpu>\n<serial>1320923001122</serial>\n<board_id>0x4100</board_id>\n<process_name>/home/Anna B/serve --key abc</process_name>\n</gpu></nvidia_smi_log>';
    const rows = 'GPU-1, 12, 300, /home/Anna B/serve --key abc, def';
    writeFileSync(
      join(path, 'nvidia-smi'),
      `#!/bin/sh\ncase $1 in\n-q) echo '${log}' ;;\n--query-compute*) echo '${rows}' ;;\n*) exit 6 ;;\nesac\n`,
      { mode: 0o755 },
    );
    const folder = join(path, 'recording');
    await record(path, folder);
    const recorded = ['log.xml', 'processes.csv'].map((file) => readFileSync(join(folder, file), 'utf8'));
    expect(recorded.join('')).not.toMatch(/1320923001122|0x4100|Anna|serve|abc|def/);
    expect(recorded[1]).toBe('GPU-1, 12, 300, program\n');
    expect(readFileSync(join(folder, 'commands.txt'), 'utf8')).toMatch(/^6\tlist\.txt\t/m);
  });

  it('writes into an empty directory only', async () => {
    const folder = join(tempFolder(), 'used');
    mkdirSync(folder);
    writeFileSync(join(folder, 'file'), '');
    const { exitCode, stderr } = await record(recordedBox('idle').path, folder);
    expect([exitCode, stderr]).toEqual([2, `error: ${folder} is not empty; choose another directory\n`]);
  });

  it('prints its usage', async () => {
    expect((await record('/nonexistent', '--help')).stdout).toMatch(/^Usage: scripts\/record-gpu\.sh DIR$/m);
    expect((await record('/nonexistent')).exitCode).toBe(2);
  });
});
