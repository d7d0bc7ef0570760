import { ErrorSubject, ValidationError } from '../model/errors';
import { MetadataStore, RabbitMqVersion } from './version';

/**
 * The metadata store of a new cluster: the version's default unless one is asked for.
 * @throws ValidationError for one that a new cluster of the version cannot have
 */
export function chooseMetadataStore(
  subject: ErrorSubject,
  version: RabbitMqVersion,
  asked: MetadataStore | undefined,
): MetadataStore {
  const { metadataStores, defaultMetadataStore } = version;
  const store = asked ?? defaultMetadataStore;
  const possible = metadataStores.filter(
    (candidate) => candidate === 'khepri' || candidate === defaultMetadataStore,
  );
  if (possible.includes(store)) return store;
  throw new ValidationError(
    subject,
    `metadataStore of a new ${version.toString()} cluster must be ${possible.join(' or ')}, got ${store}`,
  );
}
