/** Returns the sum of a metric over all label sets in Prometheus text; 0 if it is missing. Format: prometheus.io, text format 0.0.4. */
export function requestsInFlight(text: string, metric: string): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(metric) && /^[{\s]/.test(line.slice(metric.length)))
    .map((line) => Number(/^(?:\{.*\})?\s+(\S+)/.exec(line.slice(metric.length))?.[1]))
    .filter((value) => Number.isFinite(value))
    .reduce((sum, value) => sum + value, 0);
}
