import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentationPictures, drawPicture, PICTURES } from '../../stacks/pictures';
import { pages, ROOT } from './repository';

const AGAIN = 'draw it again with `npm run diagram -- --docs`';
const pictures = documentationPictures(ROOT);

describe('the pictures of the documentation', () => {
  it.each(pictures)('show what is deployed: $name', async ({ name, stack, variables = {} }) => {
    const file = join(ROOT, PICTURES, `${name}.svg`);
    const now = existsSync(file) ? readFileSync(file, 'utf8') : '';
    expect(now === (await drawPicture(stack, variables)), `${name}.svg is stale: ${AGAIN}`).toBe(true);
  });

  it('are all in the list', () => {
    const files = readdirSync(join(ROOT, PICTURES)).filter((file) => file.endsWith('.svg'));
    expect(files.sort()).toEqual(pictures.map(({ name }) => `${name}.svg`).sort());
  });

  it('are each on a page', () => {
    const text = pages()
      .map((page) => page.text)
      .join('\n');
    expect(pictures.filter(({ name }) => !text.includes(`pictures/${name}.svg)`))).toEqual([]);
  });

  it('refuse a stack that does not exist, and name those that do', async () => {
    await expect(drawPicture('nonsense', {})).rejects.toThrow(
      /there is no stack nonsense: use one of local, .*prod/,
    );
  });
});
