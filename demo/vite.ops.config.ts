import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The operators' page: apart from the demo, since hosts without the demo have it, too, and all of it is served below `/ops`. */
export default defineConfig({
  base: '/ops/',
  build: {
    outDir: here('../Collab.Web/wwwroot/ops'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    rollupOptions: { input: here('ops.html') },
  },
  server: {
    proxy: { '/operations': process.env.COLLAB_SERVER ?? 'http://127.0.0.1:5080' },
  },
});
