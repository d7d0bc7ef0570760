import { NamedSecret } from '../model/secret';
import { SecretReference } from '../model/secret-reference';

/** One entry of the list that `fetch-secrets` reads. */
export type FetchedSecret = SecretReference & {
  /** Name of the file that gets the value. */
  readonly file: string;
};

/** Those of `secrets` that a node fetches itself, in their order. */
export function fetchedSecrets(secrets: readonly NamedSecret[]): readonly FetchedSecret[] {
  return secrets.flatMap(({ name: file, secret: { reference } }) =>
    reference === undefined ? [] : [{ file, ...reference }],
  );
}

/** The list that `fetch-secrets` reads, as JSON. Holds nothing secret, but may hold tokens. */
export function renderSecretReferences(secrets: readonly NamedSecret[]): string {
  return `${JSON.stringify(fetchedSecrets(secrets), null, 2)}\n`;
}
