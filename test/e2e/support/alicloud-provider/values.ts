import { ExtensionCodec, decode, encode } from '@msgpack/msgpack';

/** Stands for a value that Terraform learns only while it applies. */
export const UNKNOWN: unique symbol = Symbol('unknown');

/** A value of Terraform's type system; sets are arrays. */
export type Value = null | boolean | number | string | typeof UNKNOWN | readonly Value[] | ObjectValue;

export interface ObjectValue {
  readonly [attribute: string]: Value;
}

/** As `DynamicValue` of the plugin protocol. */
export interface DynamicValue {
  readonly msgpack: Uint8Array;
}

const extensions = new ExtensionCodec();
extensions.register({
  type: 0,
  encode: (value) => (value === UNKNOWN ? new Uint8Array([0]) : null),
  decode: () => UNKNOWN,
});
// An unknown value of which Terraform knows something, such as "not null".
extensions.register({ type: 12, encode: () => null, decode: () => UNKNOWN });

export function encodeValue(value: Value): DynamicValue {
  return { msgpack: encode(value, { extensionCodec: extensions }) };
}

export function decodeValue(value: DynamicValue): Value {
  return decode(value.msgpack, { extensionCodec: extensions }) as Value;
}

/** @throws Error when the value is neither an object nor null */
export function decodeObject(value: DynamicValue | null): ObjectValue | null {
  const decoded = value === null || value.msgpack.length === 0 ? null : decodeValue(value);
  if (decoded === null || isObject(decoded)) return decoded;
  throw new Error('expected an object value');
}

export function isObject(value: Value | undefined): value is ObjectValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The objects of a list or set of blocks; none when it is null or unknown. */
export function objectsOf(value: Value | undefined): readonly ObjectValue[] {
  return isList(value) ? value.filter((element) => isObject(element)) : [];
}

/** The string, or `undefined` when the value is another, empty or unknown. */
export function textOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The value as a person writes it; nothing for one that is absent or unknown. */
export function spelled(value: Value | undefined): string {
  if (value === undefined || value === null || value === UNKNOWN) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The strings of a list or set. */
export function textsOf(value: Value | undefined): readonly string[] {
  return isList(value) ? value.filter((element): element is string => typeof element === 'string') : [];
}

/** True when an unknown value is anywhere inside. */
export function hasUnknown(value: Value): boolean {
  if (value === UNKNOWN) return true;
  if (isList(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/** Equal text for equal values, whatever order their attributes have. */
export function canonical(value: Value): string {
  if (value === UNKNOWN) return '(unknown)';
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${name}:${canonical(member)}`).join(',')}}`;
}
