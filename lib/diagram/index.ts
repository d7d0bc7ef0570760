export * from './draw-stack';
