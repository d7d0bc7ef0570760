import { HEADING_SIZE, TEXT_SIZE, TITLE_SIZE } from './measures';

/** Colours on light or on dark ground. */
interface Palette {
  readonly page: string;
  readonly text: string;
  readonly soft: string;
  readonly network: string;
  readonly zone: string;
  readonly frame: string;
  readonly container: string;
  readonly broker: Pair;
  readonly proxy: Pair;
  readonly frontEnd: Pair;
  readonly outside: Pair;
  readonly messages: Pair;
}

interface Pair {
  readonly fill: string;
  readonly line: string;
}

const LIGHT: Palette = {
  page: '#ffffff',
  text: '#1f2328',
  soft: '#57606a',
  network: '#f6f8fa',
  zone: '#eaeef2',
  frame: '#afb8c1',
  container: '#ffffff',
  broker: { fill: '#ffe8d6', line: '#bc4c00' },
  proxy: { fill: '#dcebff', line: '#0b5cad' },
  frontEnd: { fill: '#f0e4ff', line: '#7a3fbf' },
  outside: { fill: '#ffffff', line: '#6e7781' },
  messages: { fill: '#dcf3e2', line: '#2b7a41' },
};

const DARK: Palette = {
  page: '#0d1117',
  text: '#e6edf3',
  soft: '#a8b1bb',
  network: '#151b23',
  zone: '#1f2630',
  frame: '#4b5563',
  container: '#0d1117',
  broker: { fill: '#3d2813', line: '#f0883e' },
  proxy: { fill: '#14305a', line: '#6cb2ff' },
  frontEnd: { fill: '#33214d', line: '#c297ff' },
  outside: { fill: '#0d1117', line: '#8b949e' },
  messages: { fill: '#17361f', line: '#57ab6b' },
};

/** One of the first two is on nearly every machine, and both have the widths that boxes are measured with. */
const FONTS = "Verdana,'DejaVu Sans',Geneva,sans-serif";

/** Looks of everything that is painted, for light and for dark ground. */
export function styleSheet(): string {
  return [
    `text{font-family:${FONTS};font-size:${TEXT_SIZE.plain}px}`,
    `.name{font-size:${TEXT_SIZE.name}px;font-weight:bold}`,
    `.title{font-size:${TITLE_SIZE}px;font-weight:bold}`,
    `.heading{font-size:${HEADING_SIZE}px}`,
    '.on-network,.on-zone{stroke-width:4px;stroke-linejoin:round}',
    '.line,.disk{fill:none}',
    '.line{stroke-width:1.2}',
    '.holds,.standby{stroke-dasharray:5 3}',
    '.members,.pair{stroke-dasharray:2 3}',
    '.line.messages{stroke-width:2}',
    ...colours(LIGHT),
    `@media (prefers-color-scheme:dark){${colours(DARK).join('')}}`,
  ].join('');
}

function colours(palette: Palette): string[] {
  const { broker, proxy, frontEnd, outside, messages } = palette;
  return [
    `.page{fill:${palette.page}}`,
    `text{fill:${palette.text}}`,
    `.soft,.heading{fill:${palette.soft}}`,
    `.network{fill:${palette.network};stroke:${palette.frame}}`,
    `.zone{fill:${palette.zone};stroke:${palette.frame}}`,
    `.on-network{stroke:${palette.network}}`,
    `.on-zone{stroke:${palette.zone}}`,
    `.container{fill:${palette.container}}`,
    `.disk{stroke:${palette.soft}}`,
    box('.broker', broker),
    box('.proxy', proxy),
    box('.front-end', frontEnd),
    box('.outside', outside),
    box('.box.messages', messages),
    line('.uses', outside.line),
    line('.holds', frontEnd.line),
    line('.serves,.standby', proxy.line),
    line('.pair', palette.soft),
    line('.members', broker.line),
    line('.messages', messages.line),
  ];
}

function box(selector: string, { fill, line: stroke }: Pair): string {
  return `${selector}{fill:${fill};stroke:${stroke}}`;
}

function line(selector: string, colour: string): string {
  const each = (prefix: string): string =>
    selector
      .split(',')
      .map((name) => `${prefix}${name}`)
      .join(',');
  return `${each('.line')}{stroke:${colour}}${each('.tip')}{fill:${colour}}`;
}
