import { resolve } from 'node:path';
import { runJudge } from './judges.ts';

/** The oldest release of Kubernetes that exported manifests are for. */
const OLDEST_RELEASE = '1.28';

export interface SchemaReport {
  /** releases with schemas, oldest first: from 1.28 to the newest that the pinned kubernetes-validate has */
  readonly releases: readonly string[];
  /** `kind/name` of each object, in the order of the files */
  readonly objects: readonly string[];
  /** `RELEASE KIND/NAME: FAULT`; unknown fields, kinds and API versions are faults */
  readonly faults: readonly string[];
}

/** Returns what the schemas of Kubernetes say about manifests, strictly. Throws if a file is not YAML. */
export async function checkSchemas(files: readonly string[]): Promise<SchemaReport> {
  const script = resolve('test/judges/kubernetes-schemas.py');
  const { code, stdout, stderr } = await runJudge('kubernetes-validate', [
    'python',
    script,
    OLDEST_RELEASE,
    ...files,
  ]);
  if (code !== 0) throw new Error(`kubernetes-schemas.py failed: ${stderr}`);
  return JSON.parse(stdout);
}
