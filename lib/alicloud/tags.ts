/** Tags as an argument of a resource: a copy, and nothing where there are none. */
export function tagsOf(tags: Readonly<Record<string, string>> | undefined): {
  tags?: Record<string, string>;
} {
  return tags === undefined ? {} : { tags: { ...tags } };
}
