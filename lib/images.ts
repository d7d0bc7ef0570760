import { ErrorSubject, ValidationError } from './model/errors';
import { ImageSpec } from './model/host';
import { assertOptions, OptionNames } from './model/options';

/** The name of an image for every version of the software, or one for each series, e.g. `{ '3.10': 'rabbitmq:3.10.25' }`. */
export type ImageName = string | Readonly<Record<string, string>>;

/** Image names by role, e.g. `{ rabbitmq: 'rabbitmq:4.0.9', proxy: 'registry.example.com/proxy:3.0' }`. */
export type ImageNames = Readonly<Record<ImageSpec['role'], ImageName>>;

const IMAGE_NAMES: OptionNames<ImageNames> = { rabbitmq: true, proxy: true };

/** Says which image a container runs. */
export interface IImageSource {
  /** @throws ValidationError when the source has no image for `spec`. */
  nameFor(subject: ErrorSubject, spec: ImageSpec): string;
  /** Whether the image is expected on the engine and is never pulled. */
  readonly local: boolean;
}

/** Where images come from. */
export class Images {
  /** Pulled by the engine when it does not have them yet, from Docker Hub or from the registry that the name begins with. */
  public static fromRegistry(names: Partial<ImageNames>): IImageSource {
    assertOptions('Images.fromRegistry', names, IMAGE_NAMES);
    return new NamedImages(names, false);
  }

  /** On the engine already, for instance built by `npm run images` of this project. Never pulled. */
  public static onEngine(names: Partial<ImageNames>): IImageSource {
    assertOptions('Images.onEngine', names, IMAGE_NAMES);
    return new NamedImages(names, true);
  }
}

class NamedImages implements IImageSource {
  public constructor(
    private readonly names: Partial<ImageNames>,
    public readonly local: boolean,
  ) {}

  public nameFor(subject: ErrorSubject, spec: ImageSpec): string {
    const names = this.names[spec.role];
    const name = typeof names === 'string' ? names : names?.[spec.version];
    if (name !== undefined && name.trim() !== '') return name;
    const example =
      typeof names === 'object'
        ? `{ ${spec.role}: { '${spec.version}': 'name:tag' } }`
        : `{ ${spec.role}: 'name:tag' }`;
    throw new ValidationError(
      subject,
      `no image for ${spec.role} ${spec.version}: name it in images, e.g. ${example}`,
    );
  }
}
