/** `text` as a part of a construct id: Terraform's names have no dots, so those become hyphens and not nothing. */
export function idPart(text: string): string {
  return text
    .split(/[^\w-]+/)
    .filter((word) => word !== '')
    .join('-');
}
