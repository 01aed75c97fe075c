import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { networkReason } from '../../adapters/engine/http-request.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { GroupFiles } from '../../core/worker/group-rules.ts';

/** The directory that worker and engine container of a group share. */
export interface GroupDirectory {
  read(): Promise<GroupFiles>;
  /** @throws RmaError RMA_GROUP_DIRECTORY exit 3 */
  write(name: 'seen' | 'generation', value: number): Promise<void>;
}

export function openGroupDirectory(path: string): GroupDirectory {
  return {
    async read() {
      const number = (name: keyof GroupFiles) => readNumber(join(path, name));
      // An end is written after its start; read in this order, a start is never seen with an older end as a second start.
      const running = await number('running');
      const ended = await number('ended');
      return { seen: await number('seen'), generation: await number('generation'), running, ended };
    },
    async write(name, value) {
      const target = join(path, name);
      try {
        await writeFile(`${target}.new`, `${value}\n`);
        await rename(`${target}.new`, target);
      } catch (error) {
        throw new RmaError('RMA_GROUP_DIRECTORY', `cannot write ${target}: ${networkReason(error)}`, {
          exitCode: EXIT.notReady,
          hint: 'rma up mounts a directory there that worker and engine of a group share; recreate both: rma down, rma up',
        });
      }
    },
  };
}

async function readNumber(file: string): Promise<number> {
  try {
    const value = Number((await readFile(file, 'utf8')).trim());
    return Number.isSafeInteger(value) ? value : 0;
  } catch {
    return 0;
  }
}
