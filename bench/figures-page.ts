import { Part, partAsMarkdown } from './report';

const INTRODUCTION = `# Figures

Each is a ratio against what it is compared to, measured by \`npm run bench\` in one run, the two sides alternating. The
command beside a figure makes it again; with \`--write\` it also puts the result on this page. Figures of a machine that
does something else at the same time say little: the load before the run stands beside them.
`;

/** When and on what a part was measured. */
export interface Circumstances {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** The command that measures this part. */
  readonly command: string;
  /** E.g. `2 cores, 24 GiB`. */
  readonly machine: string;
  /** Load average before the run. */
  readonly load: number;
}

/** The page `page` (empty when there is none yet) with the section of `part` replaced or added. */
export function withPart(page: string, part: Part, circumstances: Circumstances): string {
  const { date, command, machine, load } = circumstances;
  const section = [
    `## ${part.title}`,
    '',
    `${date}, \`${command}\`, ${machine}, load before ${load.toFixed(1)}; ${part.programs.join(', ')}.`,
    '',
    partAsMarkdown(part),
    '',
  ].join('\n');
  const [, ...old] = page.split(/^(?=## )/m);
  const sections = old.map((text) => `${text.trimEnd()}\n`);
  const index = sections.findIndex((text) => text.startsWith(`## ${part.title}\n`));
  if (index === -1) sections.push(section);
  else sections[index] = section;
  return [INTRODUCTION, ...sections].join('\n');
}
