import type { KubernetesObject } from '../core/cluster/kubernetes-object.ts';
import type { LogPlace } from '../core/cluster/workload-fault.ts';

export interface ApplyOptions {
  /** asks the server what it would store, and changes nothing */
  readonly dryRun: boolean;
  /** takes over fields that another program manages */
  readonly forceConflicts: boolean;
  readonly signal: AbortSignal;
}

export interface Applied {
  /** the objects as the server stores them, with its defaults, in the order of the manifests */
  readonly objects: readonly KubernetesObject[];
  /** warnings of the server, one line each */
  readonly warnings: readonly string[];
}

/** Objects of a namespace with these labels. */
export interface ObjectSelection {
  /** resources as kubectl names them, such as `deployments` */
  readonly resources: readonly string[];
  readonly namespace: string;
  /** `KEY=VALUE,…`; null: all */
  readonly selector: string | null;
}

/**
 * The user's `kubectl`, for one cluster. Every method throws RmaError RMA_KUBERNETES_UNREACHABLE (3), RMA_KUBERNETES_CONTEXT (2)
 * or RMA_KUBERNETES_DENIED (4), and RMA_KUBECTL_FAILED (1) for other errors.
 */
export interface Kubectl {
  /** Returns the version of kubectl. @throws RmaError RMA_COMMAND_MISSING, RMA_KUBECTL_OLD (3) */
  version(): Promise<string>;
  /** Applies manifests on the server. @throws RmaError RMA_KUBERNETES_CONFLICT (1), RMA_KUBERNETES_INVALID (1) */
  apply(manifests: string, options: ApplyOptions): Promise<Applied>;
  /** Returns those of the objects in manifests that exist. */
  existing(manifests: string): Promise<readonly KubernetesObject[]>;
  list(selection: ObjectSelection): Promise<readonly KubernetesObject[]>;
  /** Returns the nodes of the cluster, null if the user may not list them. */
  nodes(): Promise<readonly KubernetesObject[] | null>;
  /** Returns the PersistentVolumes and StorageClasses of the cluster; none if the user may not list them. */
  volumes(): Promise<readonly KubernetesObject[]>;
  /** Returns whether the user may change a namespace itself, which the roles of a namespace do not include. */
  mayChangeNamespace(namespace: string): Promise<boolean>;
  /** Returns which of these Secrets a namespace does not have, without reading any; none if the user may not ask. */
  missingSecrets(namespace: string, names: readonly string[]): Promise<readonly string[]>;
  /** Deletes objects by kind and name, and waits until they are gone. */
  remove(namespace: string, objects: readonly KubernetesObject[], signal: AbortSignal): Promise<void>;
  /** Returns the last line of a log, null if it is empty or cannot be read. */
  lastLogLine(namespace: string, place: LogPlace): Promise<string | null>;
  /** Passes each line of a log on, from its start until the container exits. Returns early if the log cannot be read. */
  followLog(
    namespace: string,
    place: LogPlace,
    follow: { readonly onLine: (line: string) => void; readonly signal: AbortSignal },
  ): Promise<void>;
}
