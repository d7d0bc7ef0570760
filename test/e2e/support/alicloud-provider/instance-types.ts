/** What an instance type offers. */
export interface InstanceShape {
  readonly type: string;
  readonly family: string;
  readonly cpus: number;
  readonly memoryGiB: number;
}

/** Memory for each virtual processor, by the first letters of the family: compute, general purpose, memory. */
const GIB_PER_CPU: Readonly<Record<string, number>> = { c: 2, g: 4, r: 8, u: 4, e: 2, t: 2 };
const FAMILIES = ['c7', 'c8i', 'g7', 'g8i', 'r7', 'r8i'];
const SIZES = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge'];

/** Types that the data source offers. */
export const OFFERED: readonly InstanceShape[] = FAMILIES.flatMap((family) =>
  SIZES.map((size) => shapeOf(`ecs.${family}.${size}`)),
);

/** The shape that follows from the type's name, such as `ecs.g7.2xlarge`: 8 processors, 32 GiB. */
export function shapeOf(type: string): InstanceShape {
  const [, family = '', size = ''] = type.split('.');
  const cpus = size.endsWith('xlarge') ? 4 * (parseInt(size, 10) || 1) : size === 'large' ? 2 : 1;
  return { type, family: `ecs.${family}`, cpus, memoryGiB: cpus * (GIB_PER_CPU[family.slice(0, 1)] ?? 4) };
}
