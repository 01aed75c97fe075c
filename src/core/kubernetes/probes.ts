import type { ProbeSpec } from '../fleet/service-spec.ts';
import type { ManifestMapping } from './manifest.ts';
import { literal } from './pod.ts';

/** Seconds between two probes of a server that starts. */
const START_INTERVAL = 10;
/** More patient than readiness: a busy server must not be killed. */
const LIVENESS_FAILURES = 6;

/** Returns the probes of a service: it starts, it is ready for requests, it still responds; none for one without a probe. */
export function probes(probe: ProbeSpec | null): ManifestMapping {
  if (probe === null) return {};
  const { http, timeoutSeconds, intervalSeconds, retries, startPeriodSeconds } = probe;
  const action: ManifestMapping =
    http === null
      ? { exec: { command: execCommand(probe) } }
      : { httpGet: { path: http.path, port: 'http' } };
  return {
    startupProbe: {
      ...action,
      periodSeconds: START_INTERVAL,
      timeoutSeconds,
      failureThreshold: Math.ceil(startPeriodSeconds / START_INTERVAL),
    },
    readinessProbe: { ...action, periodSeconds: intervalSeconds, timeoutSeconds, failureThreshold: retries },
    livenessProbe: {
      ...action,
      periodSeconds: intervalSeconds,
      timeoutSeconds,
      failureThreshold: LIVENESS_FAILURES,
    },
  };
}

/** The kubelet expands `$(NAME)` in it, too (pkg/kubelet/prober/prober.go: ExpandContainerCommandOnlyStatic). */
function execCommand({ exec }: ProbeSpec): readonly string[] {
  const command = 'script' in exec ? ['sh', '-c', exec.script] : exec.command;
  return command.map(literal);
}
