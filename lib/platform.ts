import { ITerraformDependable } from 'cdktf';
import { IConnectable } from './connections/connections';
import { GroupSpec, HostRole } from './model/host';

/** Asks for the fixed addresses of a group's hosts. */
export interface AddressRequest {
  /** Name of the group; a group keeps its block of addresses when hosts are added. */
  readonly group: string;
  readonly count: number;
  /** What the hosts run. */
  readonly role: HostRole;
  /** Fixed by the user; chosen by the platform when absent. */
  readonly addresses?: readonly string[];
}

/** An address that moves between the hosts of a pair. */
export interface FloatingAddress {
  readonly address: string;
  /** Length of the network's prefix, e.g. 24. */
  readonly prefixLength: number;
}

/** A group that a platform has placed. */
export interface IPlacedGroup extends IConnectable {
  /** Depend on this to come after the group serves, as far as the platform can tell. */
  readonly ready: ITerraformDependable;
}

/** Turns hosts into the resources of one place to run them. */
export interface IPlatform {
  /**
   * Fixed addresses for `request.count` hosts, in their order.
   * @throws ValidationError for an address outside the network, or one that is taken.
   */
  reserveAddresses(request: AddressRequest): readonly string[];

  /**
   * An address that no host owns.
   * @throws ValidationError for an address outside the network, or one that is taken.
   */
  reserveFloatingAddress(group: string, address?: string): FloatingAddress;

  /**
   * Places a group. `spec` is asked for the shape (hosts, containers) at once and for the files again at synth, so
   * that what is added to a construct after its creation arrives.
   */
  place(spec: () => GroupSpec, after?: readonly ITerraformDependable[]): IPlacedGroup;
}
