import { basename, resolve } from 'node:path';
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

/**
 * The oldest release that exports with the strategy `image` are for: earlier ones have no image volumes (1.30), no `subPath` in
 * them, and reject them under the Pod Security Standard "restricted" (1.32).
 */
const OLDEST_WITH_IMAGES = '1.33';

/**
 * Returns what the schemas of Kubernetes say about the golden files of exports, strictly: of all releases, and of those with image
 * volumes about `image.yaml`.
 */
export async function checkGolden(
  files: readonly string[],
): Promise<Pick<SchemaReport, 'objects' | 'faults'>> {
  const isOfImages = (file: string): boolean => basename(file) === 'image.yaml';
  const reports = [
    await checkSchemas(files.filter((file) => !isOfImages(file))),
    await checkSchemas(files.filter(isOfImages), OLDEST_WITH_IMAGES),
  ];
  return {
    objects: reports.flatMap(({ objects }) => objects),
    faults: reports.flatMap(({ faults }) => faults),
  };
}

/** Returns what the schemas of Kubernetes say about manifests, strictly, from a release on. Throws if a file is not YAML. */
export async function checkSchemas(files: readonly string[], oldest = OLDEST_RELEASE): Promise<SchemaReport> {
  const script = resolve('test/judges/kubernetes-schemas.py');
  const { code, stdout, stderr } = await runJudge('kubernetes-validate', [
    'python',
    script,
    oldest,
    ...files,
  ]);
  if (code !== 0) throw new Error(`kubernetes-schemas.py failed: ${stderr}`);
  return JSON.parse(stdout);
}
