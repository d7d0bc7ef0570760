import { IConstruct } from 'constructs';
import { ValidationError } from '../model/errors';
import { isTopologySource, mergeTopology, Topology } from '../model/topology';
import { describe } from './description';
import { renderDot } from './dot';
import { layOut } from './layout';
import { pictureOf } from './picture';
import { paint } from './svg';

/** What stands where in `scope`, e.g. a stack, and who connects to whom, as its constructs tell. */
export function topologyOf(scope: IConstruct): Topology {
  return mergeTopology(
    scope.node
      .findAll()
      .flatMap((construct) => (isTopologySource(construct) ? [construct.describeTopology()] : [])),
  );
}

/**
 * Draws what `scope`, e.g. a stack, deploys, as an SVG document. The same constructs give the same bytes. Needs the package
 * `@viz-js/viz`.
 * @throws ValidationError when that package is not installed, or when there is nothing to draw
 */
export async function drawStack(scope: IConstruct): Promise<string> {
  const topology = topologyOf(scope);
  if (topology.hosts.length === 0) {
    throw new ValidationError(scope, 'there is nothing to draw, got no hosts: add e.g. a RabbitMqCluster');
  }
  const picture = pictureOf(scope.node.id, topology);
  return paint(picture, await layOut(renderDot(picture), picture), describe(picture));
}
