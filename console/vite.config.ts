import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The server answers these while the page is developed: `npx vite`.
const server = process.env.B2BI_LOCAL_ENDPOINT ?? 'http://127.0.0.1:4577';

export default defineConfig({
  base: '/_b2bi/console/',
  plugins: [svelte()],
  build: {
    outDir: '../crates/console/dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.txt' },
    reportCompressedSize: false,
  },
  server: { proxy: { '^/(?!_b2bi/console/)': server } },
});
