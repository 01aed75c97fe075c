/** Topics of `rma help`, in addition to the commands. */
export const TOPIC_NAMES = ['exit-codes', 'environment', 'references', 'settings'] as const;

export type TopicName = (typeof TOPIC_NAMES)[number];
