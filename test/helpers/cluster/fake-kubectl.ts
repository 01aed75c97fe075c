import {
  isSameObject,
  type KubernetesObject,
  kubernetesObject,
  objectName,
} from '../../../src/core/cluster/kubernetes-object.ts';
import { parseJson } from '../../../src/core/schema/parse.ts';
import type { Kubectl } from '../../../src/ports/kubectl.ts';

/** A cluster in memory. Tests read what was done to it from `calls`. */
export class FakeKubectl implements Kubectl {
  /** one line per change: `apply NAMES`, `dry-run NAMES`, `remove NAMES` */
  readonly calls: string[] = [];
  objects: readonly KubernetesObject[] = [];
  nodeList: readonly KubernetesObject[] | null = [];
  secrets: ReadonlySet<string> = new Set();
  logLines: readonly string[] = [];
  warnings: readonly string[] = [];
  /** called before each list of pods, so that the state can go on */
  onObserve: () => void = () => undefined;

  version: Kubectl['version'] = async () => 'v1.36.4';

  apply: Kubectl['apply'] = async (manifests, { dryRun }) => {
    const applied = readManifests(manifests);
    this.calls.push(`${dryRun ? 'dry-run' : 'apply'} ${applied.map(objectName).join(' ')}`);
    if (!dryRun)
      this.objects = [
        ...this.objects.filter((old) => !applied.some((each) => isSameObject(each, old))),
        ...applied,
      ];
    return { objects: applied, warnings: this.warnings };
  };

  existing: Kubectl['existing'] = async (manifests) => {
    const named = readManifests(manifests);
    return this.objects.filter((old) => named.some((each) => isSameObject(each, old)));
  };

  list: Kubectl['list'] = async ({ resources, namespace, selector }) => {
    if (resources.includes('pods')) this.onObserve();
    const labels = (selector ?? '').split(',').filter((text) => text !== '');
    return this.objects.filter(
      ({ kind, metadata }) =>
        resources.some((resource) => resource.split('.')[0] === plural(kind)) &&
        metadata.namespace === namespace &&
        labels.every(
          (text) => `${text.split('=')[0]}=${metadata.labels?.[text.split('=')[0] ?? '']}` === text,
        ),
    );
  };

  nodes: Kubectl['nodes'] = async () => this.nodeList;

  volumeList: readonly KubernetesObject[] = [];

  volumes: Kubectl['volumes'] = async () => this.volumeList;

  mayChange = true;

  mayChangeNamespace: Kubectl['mayChangeNamespace'] = async () => this.mayChange;

  missingSecrets: Kubectl['missingSecrets'] = async (_namespace, names) =>
    names.filter((name) => !this.secrets.has(name));

  remove: Kubectl['remove'] = async (_namespace, objects) => {
    if (objects.length === 0) return;
    this.calls.push(`remove ${objects.map(objectName).join(' ')}`);
    this.objects = this.objects.filter((old) => !objects.some((each) => isSameObject(each, old)));
  };

  lastLogLine: Kubectl['lastLogLine'] = async () => this.logLines.at(-1) ?? null;

  followLog: Kubectl['followLog'] = async (_namespace, _place, { onLine }) => {
    for (const line of this.logLines) onLine(line);
  };
}

/** Manifests of these tests: a JSON object per line. */
export function jsonLines(objects: readonly KubernetesObject[]): string {
  return objects.map((each) => JSON.stringify(each)).join('\n');
}

function readManifests(manifests: string): readonly KubernetesObject[] {
  return manifests.split('\n').flatMap((line) => {
    const parsed = parseJson(kubernetesObject, line);
    return parsed.ok ? [parsed.value] : [];
  });
}

function plural(kind: string): string {
  const word = kind.toLowerCase();
  return word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
}
