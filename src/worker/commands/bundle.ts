import { exportBundle as writeBundle } from '../../app/fetch/export-bundle.ts';
import { importBundle as readBundle } from '../../app/fetch/import-bundle.ts';
import type { ModelProgress } from '../../core/domain/worker-status.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { formatBundleLine, readBundleRequest } from '../../core/worker/bundle-lines.ts';
import { createContext } from '../context.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker export-bundle`: writes models of the store to a mounted directory. Prints the progress, then the result. */
export async function exportBundle({ env, stop, print, readStdin }: Invocation): Promise<ExitCode> {
  const { path, refs, form, splitBytes } = readBundleRequest(await readStdin());
  const { store, imports, bundles } = createContext(env);
  const target = form === 'tar' ? { kind: form, path, splitBytes } : { kind: form, path };
  const onProgress = (progress: ModelProgress) => print(formatBundleLine({ progress }));
  const exported = await writeBundle(
    { root: store.root, refs, target },
    { imports, bundles, signal: stop, onProgress },
  );
  print(formatBundleLine({ exported }));
  return EXIT.ok;
}

/** Runs `rma-worker import-bundle`: imports a mounted bundle into the store. Prints the progress, then the outcomes. */
export async function importBundle({ env, stop, print, readStdin }: Invocation): Promise<ExitCode> {
  const { path } = readBundleRequest(await readStdin());
  const { store, imports, bundles } = createContext(env);
  const onProgress = (progress: ModelProgress) => print(formatBundleLine({ progress }));
  const imported = await readBundle(
    { kind: 'path', path },
    { store, imports, bundles, signal: stop, onProgress },
  );
  print(formatBundleLine({ imported }));
  return EXIT.ok;
}
