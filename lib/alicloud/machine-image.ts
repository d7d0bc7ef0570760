import { DataAlicloudImages } from '@cdktf/provider-alicloud/lib/data-alicloud-images';
import { Construct } from 'constructs';
import { MachineOs } from '../config/docker-install';
import { ErrorSubject, ValidationError } from '../model/errors';

/** The image of a machine, and the system that it holds. */
export interface IMachineImage {
  readonly os: MachineOs;
  /** @throws ValidationError when there is no image for `region`, e.g. `cn-hangzhou` */
  idIn(subject: ErrorSubject, region: string): string;
}

/** Which image a machine starts from. Each is pinned: nothing that is published later changes it. */
export class MachineImage {
  /** One id for every region, e.g. that of a public image, which is its dated name. */
  public static of(id: string, os: MachineOs): IMachineImage {
    return { os, idIn: () => id };
  }

  /** Ids by region, e.g. of a custom image and its copies: `{ 'cn-hangzhou': 'm-bp1…' }`. */
  public static perRegion(ids: Readonly<Record<string, string>>, os: MachineOs): IMachineImage {
    return {
      os,
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
  public static named(scope: Construct, id: string, name: string, os: MachineOs): IMachineImage {
    const found = new DataAlicloudImages(scope, id, {
      nameRegex: `^${name.replace(/[.*+?^$()|[\]{}\\]/g, '\\$&')}$`,
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
    return { os, idIn: () => found.images.get(0).id };
  }
}
