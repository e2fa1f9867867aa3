import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// The page runs in WebView2 109 and WebKitGTK 2.36 at the oldest, under `style-src 'self'`.
export default defineConfig({
  plugins: [vue()],
  build: {
    target: ['chrome109', 'safari15.6'],
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { port: 5173, strictPort: true, host: 'localhost' },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
