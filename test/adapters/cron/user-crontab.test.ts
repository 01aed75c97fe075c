import { expect, test } from 'vitest';
import { UserCrontab } from '../../../src/adapters/cron/user-crontab.ts';
import type { Command, CommandOutcome } from '../../../src/ports/command-runner.ts';

test('a crontab that is not UTF-8 is not replaced: its other lines would change', async () => {
  const commands: string[][] = [];
  const run = async ({ argv }: Command): Promise<CommandOutcome> => {
    commands.push([...argv]);
    const stdout = Buffer.from('# caf\xe9\n0 3 * * * backup\n', 'latin1').toString('utf8');
    return { exitCode: 0, stdout, stderr: '' };
  };
  const crontab = new UserCrontab({ run });
  const refused = { code: 'RMA_SCHEDULE_FAILED', message: expect.stringContaining('not UTF-8') };
  const parts = [{ file: 'rma', text: '* * * * * rma\n' }];
  await expect(crontab.install('rma', parts)).rejects.toMatchObject(refused);
  expect(commands).toEqual([['crontab', '-l']]);
});
