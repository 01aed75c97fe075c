import { PROJECT_DIRECTORY } from '../../core/bundle/bundle-extras.ts';
import { secretLine } from '../../core/bundle/find-secret.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { ExtraFile } from '../../ports/bundles.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

export interface ProjectFilesRequest {
  readonly config: Pick<RmaConfig, 'directory' | 'profilesDir' | 'enginesDir'>;
  /** path of rma.yaml; null without one */
  readonly file: string | null;
}

/**
 * Returns the files that a project consists of: rma.yaml, rma.lock, and its own profiles and engines. A file with a secret is
 * left out with a warning; nothing else of the directory is read.
 */
export async function bundledProject(
  { files }: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'hubToken' | 'peerToken' | 'reporter'>,
  { config, file }: ProjectFilesRequest,
): Promise<readonly ExtraFile[]> {
  if (file === null || config.directory === null) return [];
  const known = await secretsOf(invocation);
  const found: ExtraFile[] = [];
  for (const [name, path] of await listed(files, config, file)) {
    const text = await files.read(path);
    if (text === null) continue;
    const line = secretLine(text, known);
    if (line === null)
      found.push({ path: `${PROJECT_DIRECTORY}/${name}`, content: new TextEncoder().encode(text) });
    else
      invocation.reporter.emit({
        type: 'warning',
        code: 'RMA_BUNDLE_SECRET',
        text: `${path} contains a secret in line ${line} and is left out of the bundle`,
        hint: 'move the secret to a file of its own, and name that file: token_file',
      });
  }
  return found;
}

async function secretsOf(invocation: Pick<Invocation, 'hubToken' | 'peerToken'>): Promise<readonly string[]> {
  const tokens = [await invocation.hubToken(), await invocation.peerToken()];
  return tokens.flatMap((token) => (token === null ? [] : [typeof token === 'string' ? token : token.value]));
}

/** Returns the names in the bundle and the paths of the files. */
async function listed(
  files: Host['files'],
  { directory, profilesDir, enginesDir }: ProjectFilesRequest['config'],
  file: string,
): Promise<readonly (readonly [name: string, path: string])[]> {
  const own = async (name: string, folder: string | null) => {
    const names = folder === null ? [] : await files.list(folder);
    return names
      .filter((each) => /^\w[\w.-]*\.ya?ml$/.test(each))
      .map((each) => [`${name}/${each}`, `${folder}/${each}`] as const);
  };
  return [
    ['rma.yaml', file],
    ['rma.lock', `${directory}/rma.lock`],
    ...(await own('profiles', profilesDir)),
    ...(await own('engines', enginesDir)),
  ];
}
