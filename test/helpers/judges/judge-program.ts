import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A third-party program; `scripts/judges.sh` installs it from the file `scripts/judges/NAME.KIND`. */
export type Judge =
  | 'hf1'
  | 'hf2'
  | 'gguf'
  | 'gguf-parser'
  | 'kubectl'
  | 'iproute2'
  | 'kubernetes-validate'
  | 'llama-server'
  | 'modelscope'
  | 'openssh'
  | 'rpc-server'
  | 'ollama'
  | 'ollama-scheduler'
  | 'vllm'
  | 'vllm-args'
  | 'cron'
  | 'docling'
  | 'docling-serve'
  | 'systemd'
  | 'tinyproxy'
  | 'transformers';

/** A program that only the benchmark or a test by hand runs, from the file `scripts/judges/by-hand/NAME.KIND`. */
export type ByHandJudge = 'aria2' | 'curl' | 'etcd' | 'huggingface-hub' | 'kubernetes' | 'nginx' | 'nfs-vm';

const KINDS = ['txt', 'wheel', 'module', 'gotest', 'packages', 'forky', 'server', 'npm', 'programs'];

/** Returns the path of a third-party program, e.g. `hf` or `python`. Throws with the install command if missing. */
export function judgeProgram(judge: Judge | ByHandJudge, program: string): string {
  return judgeFile(judge, `bin/${program}`);
}

/** Returns the path of a file in the directory of a judge. Throws with the install command if missing. */
export function judgeFile(judge: Judge | ByHandJudge, file: string): string {
  // The first line is the program itself: name==version, or module@vVERSION.
  const pins = ['scripts/judges', 'scripts/judges/by-hand']
    .flatMap((folder) => KINDS.map((kind) => `${folder}/${judge}.${kind}`))
    .find(existsSync);
  const [first = ''] = readFileSync(pins ?? '', 'utf8').split('\n');
  const path = resolve('.judges', `${judge}-${first.split(/==|@v/)[1]}`, file);
  if (!existsSync(path)) throw new Error(`${path} is missing: run scripts/judges.sh ${judge}`);
  return path;
}
