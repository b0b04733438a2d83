import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The API a `vite dev` page talks to: a program started by `npm start`. */
const API = 'http://127.0.0.1:7100';

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@vigil/source', 'module', 'browser', 'import', 'default'] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The page's Content-Security-Policy allows no inline script and no data: script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': API } },
});
