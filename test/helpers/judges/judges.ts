import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';

/** A third-party program; `scripts/judges.sh` installs it from the file `scripts/judges/NAME.KIND`. */
export type Judge =
  | 'hf1'
  | 'hf2'
  | 'gguf'
  | 'gguf-parser'
  | 'llama-server'
  | 'modelscope'
  | 'ollama'
  | 'ollama-scheduler'
  | 'vllm'
  | 'vllm-args'
  | 'systemd'
  | 'tinyproxy';

export interface JudgeResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Returns the path of a third-party program, e.g. `hf` or `python`. Throws with the install command if missing. */
export function judgeProgram(judge: Judge, program: string): string {
  // The first line is the program itself: name==version, or module@vVERSION.
  const pins = ['txt', 'wheel', 'module', 'gotest', 'packages', 'forky', 'server']
    .map((kind) => `scripts/judges/${judge}.${kind}`)
    .find(existsSync);
  const [first = ''] = readFileSync(pins ?? '', 'utf8').split('\n');
  const path = resolve('.judges', `${judge}-${first.split(/==|@v/)[1]}`, 'bin', program);
  if (!existsSync(path)) throw new Error(`${path} is missing: run scripts/judges.sh ${judge}`);
  return path;
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
