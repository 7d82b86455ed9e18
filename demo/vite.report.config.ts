import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Writes script and style into the page itself: one file, which needs no server. */
const inline: Plugin = {
  name: 'inline',
  enforce: 'post',
  generateBundle(_options, bundle) {
    for (const page of Object.values(bundle)) {
      if (page.type !== 'asset' || !page.fileName.endsWith('.html')) continue;
      let text = String(page.source);
      for (const part of Object.values(bundle)) {
        if (part === page) continue;
        const tag = part.type === 'chunk' ? new RegExp(`<script type="module"[^>]*src="[^"]*${part.fileName}"></script>`) : new RegExp(`<link rel="stylesheet"[^>]*href="[^"]*${part.fileName}">`);
        // The parser ends both at their closing tag, wherever it stands.
        const inside = part.type === 'chunk' ? `<script type="module">${part.code.replaceAll('</script', '<\\/script')}</script>` : `<style>${String(part.source).replaceAll('</style', '<\\/style')}</style>`;
        text = text.replace(tag, () => inside);
        delete bundle[part.fileName];
      }
      page.source = text;
    }
  },
};

/** What `collab-stress --html` writes, without the numbers: embedded in the tool. */
export default defineConfig({
  plugins: [inline],
  publicDir: false,
  build: {
    outDir: here('../Collab.Stress/Reporting/Html/viewer'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: () => true,
    cssCodeSplit: false,
    modulePreload: false,
    rollupOptions: { input: here('report.html') },
  },
});
