import { noExtras, exportBundle as writeBundle } from '../../app/fetch/export-bundle.ts';
import { importBundle as readBundle } from '../../app/fetch/import-bundle.ts';
import type { ModelProgress } from '../../core/domain/worker-status.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { type BundleRequest, formatBundleLine, readBundleRequest } from '../../core/worker/bundle-lines.ts';
import type { BundleTarget } from '../../ports/bundles.ts';
import { createContext } from '../context.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker export-bundle`: writes models of the store to a mounted directory, and prints the progress, then the
 * result; or writes a tar stream to stdout, and the result to stderr.
 */
export async function exportBundle({ env, stop, print, note, readStdin }: Invocation): Promise<ExitCode> {
  const request = readBundleRequest(await readStdin());
  const { store, imports, bundles } = createContext(env);
  const isStream = request.form === 'stdout';
  const onProgress = (progress: ModelProgress) => {
    if (!isStream) print(formatBundleLine({ progress }));
  };
  const exported = await writeBundle(
    { root: store.root, refs: request.refs, target: targetOf(request), extras: noExtras },
    { imports, bundles, signal: stop, onProgress },
  );
  (isStream ? note : print)(formatBundleLine({ exported }));
  return EXIT.ok;
}

function targetOf({ form, path, splitBytes }: BundleRequest): BundleTarget {
  if (form === 'stdout') return { kind: form };
  return form === 'tar' ? { kind: form, path, splitBytes } : { kind: form, path };
}

/**
 * Runs `rma-worker import-bundle`: imports a mounted bundle, which stdin names, into the store; with `-` the tar stream on
 * stdin. Prints the progress, then the outcomes.
 */
export async function importBundle({ args, env, stop, print, readStdin }: Invocation): Promise<ExitCode> {
  const { store, uses, imports, bundles } = createContext(env);
  const onProgress = (progress: ModelProgress) => print(formatBundleLine({ progress }));
  const imported = await readBundle(
    args.includes('-')
      ? { kind: 'stdin' }
      : { kind: 'path', path: readBundleRequest(await readStdin()).path },
    { store, uses, imports, bundles, signal: stop, onProgress },
  );
  print(formatBundleLine({ imported }));
  return EXIT.ok;
}
