const FIRST_CAPACITY = 1024;
const MAX_COUNT = 255;

/** A counter up to 255 for each message of a publisher, in one byte a message. */
export class MessageTable {
  private counts = new Uint8Array(FIRST_CAPACITY);
  private used = 0;

  /** One more than the highest sequence that was counted. */
  public get length(): number {
    return this.used;
  }

  public get(sequence: number): number {
    return this.counts[sequence] ?? 0;
  }

  /** Counts one more and returns what there were before. */
  public increment(sequence: number): number {
    this.makeRoom(sequence);
    const before = this.get(sequence);
    this.counts[sequence] = Math.min(before + 1, MAX_COUNT);
    return before;
  }

  private makeRoom(sequence: number): void {
    this.used = Math.max(this.used, sequence + 1);
    if (sequence < this.counts.length) return;
    const larger = new Uint8Array(Math.max(2 * this.counts.length, sequence + 1));
    larger.set(this.counts);
    this.counts = larger;
  }
}
