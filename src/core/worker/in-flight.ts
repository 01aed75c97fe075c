import { readInFlightMetric } from '../profile/in-flight-metric.ts';

type Labels = Readonly<Record<string, string>>;

const SAMPLE = /^([A-Za-z_:][\w:]*)(\{.*\})?\s+(\S+)/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/**
 * Returns the number of requests in flight from Prometheus text: a gauge, or counters of started requests less counters of
 * finished ones (`started - finished{reason="error"}`), each summed over its label sets; never below 0. A missing metric
 * counts as 0. Format: prometheus.io, text format 0.0.4.
 */
export function requestsInFlight(text: string, expression: string): number {
  const terms = readInFlightMetric(expression) ?? [];
  const sums = terms.map(({ sign, metric, labels }) => sign * sumOf(text, metric, labels));
  return Math.max(
    0,
    sums.reduce((total, sum) => total + sum, 0),
  );
}

function sumOf(text: string, metric: string, labels: Labels): number {
  return text
    .split('\n')
    .map((line) => SAMPLE.exec(line))
    .filter((sample) => sample?.[1] === metric && hasLabels(sample[2] ?? '', labels))
    .map((sample) => Number(sample?.[3]))
    .filter((value) => Number.isFinite(value))
    .reduce((sum, value) => sum + value, 0);
}

function hasLabels(text: string, wanted: Labels): boolean {
  const found = new Map([...text.matchAll(LABEL)].map(([, name, value]) => [name, value]));
  return Object.entries(wanted).every(([name, value]) => found.get(name) === value);
}
