/** Which message of a run it is. */
export interface MessageId {
  readonly publisher: number;
  readonly sequence: number;
}

/** The `message-id` property, which links between brokers keep. `run` tells messages of an earlier run apart. */
export function formatId(run: string, { publisher, sequence }: MessageId): string {
  return `${run}.${publisher}.${sequence}`;
}

/** `undefined` for a message that is not of `run`. */
export function parseId(run: string, id: string | undefined): MessageId | undefined {
  const [itsRun, publisher, sequence] = (id ?? '').split('.');
  return itsRun === run ? { publisher: Number(publisher), sequence: Number(sequence) } : undefined;
}
