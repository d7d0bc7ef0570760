/** Lets nobody go on until as many have arrived as are expected: what never works side by side waits here for good. */
export class Meeting {
  private arrived = 0;
  private open: () => void = () => undefined;
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve));

  constructor(private readonly expected: number) {}

  arrive(): Promise<void> {
    this.arrived += 1;
    if (this.arrived >= this.expected) this.open();
    return this.opened;
  }
}
