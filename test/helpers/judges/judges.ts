import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Judge, judgeProgram } from './judge-program.ts';

export { judgeProgram };

export interface JudgeResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with only PATH and the given environment. A non-zero exit code is not an error. */
export function runJudge(
  judge: Judge,
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<JudgeResult> {
  const quiet = { HF_HUB_DISABLE_UPDATE_CHECK: '1', HF_HUB_DISABLE_PROGRESS_BARS: '1', NO_COLOR: '1' };
  const options = { env: { PATH: process.env['PATH'], ...quiet, ...env } };
  const path = judgeProgram(judge, program);
  return new Promise((done) => {
    execFile(path, args, options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

/** Creates an empty directory that is deleted after the test. */
export function judgeHome(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rma-judge-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
