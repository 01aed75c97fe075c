import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';

/** An outside program; `scripts/judges.sh` installs it as `scripts/judges/NAME.txt` or `NAME.module` says. */
export type Judge = 'hf1' | 'hf2' | 'gguf' | 'modelscope' | 'ollama';

export interface JudgeResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The path of a program of a judge, e.g. `hf` or `python`. Throws with the command to run when it is missing. */
export function judgeProgram(judge: Judge, program: string): string {
  // The first line is the judge itself: name==version, or module@vVERSION.
  const pins = ['txt', 'module'].map((kind) => `scripts/judges/${judge}.${kind}`).find(existsSync);
  const [first = ''] = readFileSync(pins ?? '', 'utf8').split('\n');
  const path = resolve('.judges', `${judge}-${first.split(/==|@v/)[1]}`, 'bin', program);
  if (!existsSync(path)) throw new Error(`${path} is missing: run scripts/judges.sh ${judge}`);
  return path;
}

/** Runs a judge with nothing of this machine's environment but PATH and what is given. Its exit code is a result, not an error. */
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

/** An empty folder that goes with the test. */
export function judgeHome(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rma-judge-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
