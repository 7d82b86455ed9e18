import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The server that `npm run dev` passes `/api` and `/collab` to. */
const server = process.env.COLLAB_SERVER ?? 'http://127.0.0.1:5080';

export default defineConfig({
  resolve: {
    // The client's source, not its build: one `npm ci` and one `npm run build` here are all the demo needs.
    alias: { '@collab/client': here('../clients/typescript/src/index.ts') },
    // What the client imports is taken from here, since its own packages may not be installed.
    dedupe: ['@microsoft/signalr', 'fast-diff', 'quill-delta'],
  },
  build: {
    outDir: here('../Collab.Web/wwwroot'),
    emptyOutDir: true,
    target: 'es2022',
    // No data: URLs, so that a content security policy can stay strict.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': server,
      '/collab': { target: server, ws: true },
    },
  },
});
