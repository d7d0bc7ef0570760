import {
  Server,
  ServerCredentials,
  UntypedServiceImplementation,
  handleUnaryCall,
  loadPackageDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/load';
import { ProviderService } from './service';

const LARGEST_MESSAGE = 64 * 1024 * 1024;

/** A listening gRPC server. */
export interface Listener {
  stop(): void;
}

/** Serves the plugin protocol at a unix socket. */
export async function listen(service: ProviderService, socket: string): Promise<Listener> {
  const definition = loadSync(join(ROOT, 'test/e2e/support/alicloud-provider/plugin.proto'), {
    keepCase: true,
    longs: Number,
    defaults: true,
    oneofs: true,
  });
  const { tfplugin5 } = loadPackageDefinition(definition) as unknown as {
    tfplugin5: { Provider: { service: Parameters<Server['addService']>[0] } };
  };
  const server = new Server({
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
    'grpc.max_send_message_length': LARGEST_MESSAGE,
  });
  server.addService(tfplugin5.Provider.service, handlers(service));
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
  return {
    stop: () => {
      server.forceShutdown();
    },
  };
}

function handlers(service: ProviderService): UntypedServiceImplementation {
  const methods = Object.entries(service.methods());
  return Object.fromEntries(methods.map(([name, method]) => [name, handler(method)]));
}

function handler(method: (request: never) => Promise<object>): handleUnaryCall<object, object> {
  return (call, callback) => {
    method(call.request as never).then(
      (answer) => {
        callback(null, answer);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)));
      },
    );
  };
}
