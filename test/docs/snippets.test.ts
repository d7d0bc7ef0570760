import { problemsOf } from './compiler';
import { codeOf, pages } from './repository';

/** What the code of the pages takes for granted. */
const GIVEN = `
import { TerraformStack } from 'cdktf';
import {
  HaproxyListener, HaproxyPair, IPlatform, LinkEndpoint, mirroredQueues, RabbitMqCluster, RabbitMqVersion, Secret, Warren,
} from 'cdktf-brokers';
declare const stack: TerraformStack;
declare const platform: IPlatform;
declare const password: Secret;
declare const cluster: RabbitMqCluster, near: RabbitMqCluster, far: RabbitMqCluster, north: RabbitMqCluster, south: RabbitMqCluster;
`;
/** The README has a test of its own, and the checker is no part of the library. */
const code = pages()
  .filter(({ path }) => path.startsWith('docs/') && path !== 'docs/checker.md')
  .flatMap(({ text }) => codeOf(text).filter(({ language }) => language === 'ts'))
  .map(({ text }) => `{\n${text}}\n`);

it('the code of the pages compiles', () => {
  expect(code.length).toBeGreaterThan(10);
  expect(problemsOf(GIVEN + code.join(''))).toEqual([]);
});
