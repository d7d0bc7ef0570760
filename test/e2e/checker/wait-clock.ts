/** The longest time between two successes of one client, by group of clients and by the fault that it belongs to. */
export class WaitClock {
  /** Time of each client's last success; -1 for none. */
  public readonly last: number[];
  /** Longest waits outside of any fault. */
  public readonly calm = new Map<string, number>();
  private readonly since: (number | undefined)[];
  private waits = this.calm;
  private stopped = false;

  /** @param groups of each client */
  public constructor(private readonly groups: readonly string[]) {
    this.last = groups.map(() => -1);
    this.since = groups.map(() => undefined);
  }

  /** A wait belongs to the last fault that had begun when it ended. */
  public attributeTo(waits: Map<string, number>): void {
    this.waits = waits;
  }

  /** The client waits from now on, unless it does so already. */
  public start(client: number, at: number): void {
    this.since[client] ??= at;
  }

  public tick(client: number, at: number): void {
    this.last[client] = at;
    if (this.stopped) return;
    this.note(client, at);
    this.since[client] = at;
  }

  /** Ends all waits. */
  public stop(at: number): void {
    for (const client of this.groups.keys()) this.note(client, at);
    this.stopped = true;
  }

  private note(client: number, at: number): void {
    const since = this.since[client];
    const group = this.groups[client];
    if (since === undefined || group === undefined) return;
    this.waits.set(group, Math.max(this.waits.get(group) ?? 0, at - since));
  }
}
