import { DataAlicloudImages } from '@cdktf/provider-alicloud/lib/data-alicloud-images';
import { Construct } from 'constructs';
import { MachineOs } from '../config/docker-install';
import { ErrorSubject, ValidationError } from '../model/errors';
import { exactPattern } from '../model/regular-expression';

/** The image of a machine, and the system that it holds. */
export interface IMachineImage {
  readonly os: MachineOs;
  /** Version of its cloud-init, e.g. `25.1`, where it is known. */
  readonly cloudInit?: string;
  /** @throws ValidationError when there is no image for `region`, e.g. `cn-hangzhou` */
  idIn(subject: ErrorSubject, region: string): string;
}

/** Facts that are known of an image. */
export interface MachineImageOptions {
  /**
   * Version of cloud-init in the image, as `cloud-init --version` prints it there.
   * @default not known: that of the system's own package may be older or newer than the image's
   */
  readonly cloudInit?: string;
}

/**
 * Which image a machine starts from. Each is pinned: nothing that is published later changes it.
 *
 * With `httpTokens: 'required'` an image needs cloud-init 23.2.2 ("View instance metadata"; upstream from 23.1 on). The own
 * packages of Debian 13, Ubuntu 22.04 and 24.04 with their updates have it. Debian 12's is 22.4.2, and of public images
 * only later ones have it: look with `cloud-init --version`. A deploy fails when user data was not read.
 */
export class MachineImage {
  /** One id for every region, e.g. that of a public image, which is its dated name. */
  public static of(id: string, os: MachineOs, options: MachineImageOptions = {}): IMachineImage {
    return { os, ...options, idIn: () => id };
  }

  /** Ids by region, e.g. of a custom image and its copies: `{ 'cn-hangzhou': 'm-bp1…' }`. */
  public static perRegion(
    ids: Readonly<Record<string, string>>,
    os: MachineOs,
    options: MachineImageOptions = {},
  ): IMachineImage {
    return {
      os,
      ...options,
      idIn: (subject, region) => {
        const id = ids[region];
        if (id !== undefined) return id;
        throw new ValidationError(
          subject,
          `no image for region ${region}: name one beside those of ${Object.keys(ids).sort().join(', ')}`,
        );
      },
    };
  }

  /** The one image of the account with exactly this name; applying fails when there is none, or more than one. */
  public static named(
    scope: Construct,
    id: string,
    name: string,
    os: MachineOs,
    options: MachineImageOptions = {},
  ): IMachineImage {
    const found = new DataAlicloudImages(scope, id, {
      nameRegex: exactPattern([name]),
      owners: 'self',
      lifecycle: {
        postcondition: [
          {
            condition: '${length(self.images) == 1}',
            errorMessage: `there must be exactly one image named ${name} in the account`,
          },
        ],
      },
    });
    return { os, ...options, idIn: () => found.images.get(0).id };
  }
}
