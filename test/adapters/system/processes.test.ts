import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemProcesses } from '../../../src/adapters/system/processes.ts';

describe('systemProcesses', () => {
  it('identifies this process, which runs', async () => {
    const self = await systemProcesses.self();
    expect(self).toMatchObject({ pid: process.pid, boot: expect.stringMatching(/^[\da-f-]{36}$/) });
    expect(self.startTime).toMatch(/^\d+$/);
    expect(await systemProcesses.isRunning(self)).toBe(true);
  });

  it('does not take a later process with the same PID for it', async () => {
    const self = await systemProcesses.self();
    expect(await systemProcesses.isRunning({ ...self, startTime: '1' })).toBe(false);
  });

  it('[fail L3] sees that a killed process ended, also before its parent reaps it', async () => {
    // the shell starts a child, prints its PID, kills it, and never waits for it
    const script = 'sleep 1000 & echo $!; kill -9 $!; exec sleep 1000';
    const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void shell.kill('SIGKILL'));
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const child = { pid: Number(line.toString()), startTime: null };
    await expect.poll(async () => systemProcesses.isRunning(child)).toBe(false);
    expect(await systemProcesses.isRunning({ pid: shell.pid ?? 0, startTime: null })).toBe(true);
  });

  it('sees processes of other users', async () => {
    expect(await systemProcesses.isRunning({ pid: 1, startTime: null })).toBe(true);
  });
});
