import { ErrorSubject, ValidationError } from '../model/errors';
import { describeText } from '../model/unresolved';

/** e.g. `cn-hangzhou`, `ap-southeast-1`, `cn-shanghai-finance-1`, see "Regions and zones" of Alibaba Cloud. */
const REGION = '[a-z]{2}(?:-[a-z]{2,}|-\\d+)+';
const REGION_FORM = new RegExp(`^${REGION}$`);
/** The region and a letter, with a hyphen between unless the region ends in a digit: `cn-hangzhou-h`, `us-west-1a`. */
const ZONE_FORM = new RegExp(`^(${REGION})(?:-|(?<=\\d))[a-z]$`);

/** @throws ValidationError unless `region` has the form of a region, e.g. `cn-hangzhou` */
export function assertRegion(subject: ErrorSubject, region: string): void {
  if (REGION_FORM.test(region)) return;
  throw new ValidationError(
    subject,
    `region must look like cn-hangzhou or us-west-1, got ${describeText(`"${region}"`)}`,
  );
}

/**
 * Region of a zone, e.g. `cn-hangzhou` of `cn-hangzhou-h`.
 * @throws ValidationError unless `zone` has the form of a zone
 */
export function regionOfZone(subject: ErrorSubject, zone: string): string {
  const region = ZONE_FORM.exec(zone)?.[1];
  if (region !== undefined) return region;
  throw new ValidationError(
    subject,
    `zone must be a region and a letter, got ${describeText(`"${zone}"`)}: write e.g. cn-hangzhou-h or us-west-1a`,
  );
}
