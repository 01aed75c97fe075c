import type { RmaEvent } from '../../core/events.ts';
import type { Reporter } from '../../ports/reporter.ts';

/** Returns a reporter that puts the name of a host in front of what the work on it reports. */
export function hostReporter(reporter: Reporter, host: string): Reporter {
  return { emit: (event) => reporter.emit(named(event, host)) };
}

function named(event: RmaEvent, host: string): RmaEvent {
  switch (event.type) {
    case 'step':
      return { ...event, id: `${host}: ${event.id}`, text: `${host}: ${event.text}` };
    case 'warning':
    case 'log':
      return { ...event, text: `${host}: ${event.text}` };
    case 'model':
    case 'worker':
    case 'bytes':
      return { ...event, host };
  }
}
